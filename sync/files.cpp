#include "sync/files.h"

#include <algorithm>

namespace spot::sync {
namespace {

using core::Code;
using What = FileOffer::What;

// Nothing: it is not here, or can't be read any more, which must not keep others from going.
Result<std::optional<Bytes>> content_of(LedgerView ledger, const core::RequestFile& file) {
    auto content = ledger.files().content(file);
    if (!content && content.error().code == Code::corrupt) return std::nullopt;
    return content;
}

// What the hub neither wants nor has spoken of came whole before an answer was lost, or it will not
// have it. Where it may want more than it named, that can't be told yet.
Result<> ask_for_others(LedgerView ledger, std::span<const FileWanted> wanted, Head& head) {
    if (wanted.size() >= kFilesMax) return {};
    SPOT_ASSIGN(const auto untold, ledger.files().unconfirmed(kFilesMax));
    for (const core::RequestFile& file : untold) {
        const bool named = std::any_of(wanted.begin(), wanted.end(),
                                       [&](const FileWanted& one) { return one.file == file; });
        if (!named && head.files.size() < kFilesMax) head.files.push_back({file, What::asks, 0, 0});
    }
    return {};
}

}  // namespace

Result<OutgoingFiles> OutgoingFiles::load(LedgerView ledger, std::span<const FileWanted> wanted,
                                          std::uint64_t bytes_max, Head& head) {
    OutgoingFiles out(ledger);
    for (const FileWanted& one : wanted.first(std::min(wanted.size(), kFilesMax))) {
        const std::uint64_t room = std::min(bytes_max, kFileBytesABundle) - out.left_;
        if (room == 0) break;
        SPOT_ASSIGN(const auto content, content_of(ledger, one.file));
        const std::uint64_t size = content ? content->size() : 0;
        if (size > one.offset)
            out.bring(one, std::min(size - one.offset, room));
        else
            head.files.push_back({one.file, What::lacks, 0, 0});
    }
    head.files.insert(head.files.end(), out.brought_.begin(), out.brought_.end());
    SPOT_TRY(ask_for_others(ledger, wanted, head));
    return out;
}

void OutgoingFiles::bring(const FileWanted& wanted, std::uint64_t size) {
    brought_.push_back({wanted.file, What::brings, wanted.offset, size});
    left_ += size;
}

Result<bool> OutgoingFiles::write_piece(BundleWriter& writer) {
    if (at_ == brought_.size()) return false;
    FileOffer& file = brought_[at_];
    if (!content_) {
        SPOT_ASSIGN(auto content, content_of(ledger_, file.file));
        if (!content || content->size() < file.offset + file.size)
            return core::fail(Code::not_found, "a file went while it was being sent");
        content_ = std::move(content);
    }
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(file.size, kPieceBytes));
    writer.frame(View(*content_).subspan(static_cast<std::size_t>(file.offset), size));
    file.offset += size;
    file.size -= size;
    left_ -= size;
    if (file.size == 0) {
        ++at_;
        content_.reset();
    }
    return true;
}

std::uint64_t arrived(std::span<const FileOffer> offers, std::span<const FileWanted> wanted) {
    std::uint64_t out = 0;
    for (const FileOffer& offer : offers) {
        const auto still = std::find_if(wanted.begin(), wanted.end(), [&](const FileWanted& one) {
            return one.file == offer.file;
        });
        const std::uint64_t end = offer.offset + offer.size;
        const std::uint64_t here = still == wanted.end() ? end : std::min(still->offset, end);
        out += here - std::min(here, offer.offset);
    }
    return out;
}

Result<IncomingFiles> IncomingFiles::expect(LedgerView ledger, const core::LogId& log,
                                            std::vector<FileOffer> offers) {
    IncomingFiles out(ledger);
    SPOT_ASSIGN(auto wanted, ledger.files().awaited(log, kFilesMax));
    out.wanted_ = std::move(wanted);
    out.offers_ = std::move(offers);
    out.skip_done();
    return out;
}

void IncomingFiles::skip_done() {
    while (at_ < offers_.size() && done_ == offers_[at_].size) {
        ++at_;
        done_ = 0;
    }
}

bool IncomingFiles::is_wanted(const FileOffer& offer) const {
    return std::any_of(wanted_.begin(), wanted_.end(), [&](const core::AwaitedFile& one) {
        return one.file == offer.file && offer.offset + offer.size <= one.bytes;
    });
}

Result<> IncomingFiles::take(View piece) {
    if (at_ == offers_.size())
        return core::fail(Code::corrupt, "a piece stands where none was announced");
    const FileOffer& offer = offers_[at_];
    const std::uint64_t offset = offer.offset + done_;
    if (piece.size() != std::min<std::uint64_t>(kPieceBytes, offer.size - done_))
        return core::fail(Code::corrupt, "a piece is not of the size that was announced");
    done_ += piece.size();
    if (is_wanted(offer)) {
        const auto taken = ledger_.files().add_chunk(offer.file, offset, piece);
        // Its person may have been erased since.
        if (!taken && taken.error().code != Code::not_found) return taken;
    }
    skip_done();
    return {};
}

Result<bool> IncomingFiles::conclude() {
    if (at_ < offers_.size()) return false;
    for (const FileOffer& offer : offers_)
        if (offer.what == What::lacks && is_wanted(offer))
            SPOT_TRY(ledger_.files().mark_failed(offer.file));
    return true;
}

Result<std::vector<core::FileState>> IncomingFiles::states() const {
    std::vector<core::FileState> out;
    for (const FileOffer& offer : offers_) {
        SPOT_ASSIGN(const auto state, ledger_.files().state(offer.file));
        out.push_back(state);
    }
    return out;
}

}  // namespace spot::sync
