#include "core/rim/file_lock.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace spot::core {
namespace {

constexpr int kLockPollMs = 50;

}  // namespace

Result<FileLock> FileLock::take(const std::filesystem::path& file, int wait_ms_max) {
    const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor < 0) return fail(Code::io, file.string() + ": " + std::strerror(errno));
    FileLock lock(descriptor);
    for (int waited = 0; flock(descriptor, LOCK_EX | LOCK_NB) != 0; waited += kLockPollMs) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return fail(Code::io, file.string() + ": " + std::strerror(errno));
        if (waited >= wait_ms_max) return fail(Code::busy, "another process is at it; try later");
        poll(nullptr, 0, kLockPollMs);
    }
    return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
    if (descriptor_ >= 0) close(descriptor_);
}

}  // namespace spot::core
