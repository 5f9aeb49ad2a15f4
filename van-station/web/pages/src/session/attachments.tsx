// Papers that go with a request: from a file, or photographed here.

import { useEffect, useRef, useState } from "preact/hooks";
import { post } from "../api/client";
import type { Draft } from "../api/types";
import { useApp, useDoing } from "../app_context";
import { useTexts } from "../i18n/texts";
import { Icon } from "../ui/icons";
import { useKeys } from "../ui/keys";
import { Button, Dialog } from "../ui/parts";

const bytesMax = 4 * 1024 * 1024;
const photoWidth = 1600;
const photoQuality = 0.8;

export function Attachments({ draft, take }: { draft: Draft; take: (draft: Draft) => void }) {
  const { t } = useTexts();
  const { fail, say } = useApp();
  const { busy, run } = useDoing();
  const [camera, setCamera] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const path = `drafts/${encodeURIComponent(draft.id)}/attachments`;
  const photo = () => (navigator.mediaDevices ? setCamera(true) : file.current?.click());
  useKeys({ F4: photo });

  const send = (name: string, blob: Blob) =>
    run(async () => {
      if (blob.size > bytesMax) return say(t("attach.big"));
      take(await post<Draft>(`${path}?name=${encodeURIComponent(name)}`, blob));
    });
  const remove = (hash: string) =>
    void run(async () => take(await post<Draft>(`${path}/remove`, { hash })));
  return (
    <div class="attachments">
      <h3>{t("attach")}</h3>
      <p class="small quiet">{t("attach.here")}</p>
      {draft.attachments.length > 0 && (
        <ul>
          {draft.attachments.map(({ name, bytes, hash }) => (
            <li key={hash} class="line">
              <Icon name="clip" />{" "}
              <span>
                {name} · {t("kilobytes", { n: Math.ceil(bytes / 1000) })}
              </span>
              <Button kind="plain" onClick={() => remove(hash)}>
                {t("attach.remove", { name })}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <div class="line">
        <input
          ref={file}
          id="file"
          type="file"
          hidden
          accept="image/*,application/pdf"
          onChange={(event) => {
            const chosen = event.currentTarget.files?.[0];
            if (chosen) void send(chosen.name, chosen);
            event.currentTarget.value = "";
          }}
        />
        <Button icon="clip" disabled={busy} onClick={() => file.current?.click()}>
          {t("attach.file")}
        </Button>
        <Button icon="camera" keys="F4" disabled={busy} onClick={photo}>
          {t("attach.photo")}
        </Button>
      </div>
      {camera && (
        <Camera
          onClose={() => setCamera(false)}
          fail={fail}
          use={(blob) => {
            setCamera(false);
            void send(t("attach.photo.name", { n: draft.attachments.length + 1 }), blob);
          }}
        />
      )}
    </div>
  );
}

function Camera({
  onClose,
  use,
  fail,
}: {
  onClose: () => void;
  use: (blob: Blob) => void;
  fail: (error: unknown) => void;
}) {
  const { t } = useTexts();
  const video = useRef<HTMLVideoElement>(null);
  const [problem, setProblem] = useState(false);
  useEffect(() => {
    let stream: MediaStream | null = null;
    let gone = false;
    navigator.mediaDevices
      .getUserMedia({ video: { width: photoWidth, facingMode: "environment" } })
      .then(
        (got) => {
          stream = got;
          if (gone) return stop(stream);
          if (video.current) video.current.srcObject = stream;
        },
        () => setProblem(true),
      );
    return () => {
      gone = true;
      stop(stream);
    };
  }, []);
  const shoot = () => {
    const from = video.current;
    if (!from?.videoWidth) return;
    const canvas = document.createElement("canvas");
    canvas.width = from.videoWidth;
    canvas.height = from.videoHeight;
    canvas.getContext("2d")?.drawImage(from, 0, 0);
    canvas.toBlob((blob) => (blob ? use(blob) : fail(new Error())), "image/jpeg", photoQuality);
  };
  return (
    <Dialog title={t("attach.photo")} onClose={onClose} keys={{ "Ctrl+Enter": shoot }}>
      {problem ? (
        <p>{t("camera.none")}</p>
      ) : (
        <video
          ref={video}
          class="camera"
          autoPlay
          muted
          playsInline
          aria-label={t("camera.view")}
        />
      )}
      {!problem && (
        <div class="line">
          <Button kind="main" icon="camera" keys="Ctrl Enter" onClick={shoot}>
            {t("camera.shoot")}
          </Button>
        </div>
      )}
    </Dialog>
  );
}

function stop(stream: MediaStream | null) {
  stream?.getTracks().forEach((track) => track.stop());
}
