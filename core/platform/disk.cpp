#include "core/rim/disk.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

namespace spot::core {
namespace {

namespace fs = std::filesystem;

Failure failed(const fs::path& file) {
    const std::string why = std::strerror(errno);
    return fail(Code::io, file.string() + ": " + why);
}

// One descriptor, closed at the end of its scope.
class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return number_; }

private:
    int number_;
};

bool write_all(int descriptor, std::string_view content) {
    while (!content.empty()) {
        const ssize_t written = write(descriptor, content.data(), content.size());
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return false;
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

class SystemDisk final : public Disk {
public:
    bool exists(const fs::path& file) override {
        std::error_code ignored;
        return fs::exists(file, ignored);
    }

    Result<std::string> read(const fs::path& file, std::size_t bytes_max) override {
        const Descriptor in(open(file.c_str(), O_RDONLY | O_CLOEXEC));
        if (in.get() < 0) return failed(file);
        std::string out(bytes_max + 1, '\0');
        std::size_t size = 0;
        while (size < out.size()) {
            const ssize_t got = ::read(in.get(), out.data() + size, out.size() - size);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return failed(file);
            if (got == 0) break;
            size += static_cast<std::size_t>(got);
        }
        if (size > bytes_max) return fail(Code::limit, file.string() + " is too large");
        out.resize(size);
        return out;
    }

    Result<> replace(const fs::path& file, std::string_view content) override {
        return write_as(file, content, 0);
    }
    Result<> create(const fs::path& file, std::string_view content) override {
        return write_as(file, content, RENAME_NOREPLACE);
    }

    Result<> remove(const fs::path& file) override {
        std::error_code error;
        fs::remove(file, error);
        if (error) return fail(Code::io, file.string() + ": " + error.message());
        return {};
    }

    Result<> make_folders(const fs::path& folder) override {
        std::vector<fs::path> missing;
        for (fs::path at = folder; !at.empty() && !exists(at); at = at.parent_path())
            missing.push_back(at);
        std::error_code error;
        fs::create_directories(folder, error);
        if (error) return fail(Code::io, folder.string() + ": " + error.message());
        for (const fs::path& made : missing) SPOT_TRY(flush_folder(made.parent_path()));
        return {};
    }

    Result<> flush_folder(const fs::path& folder) override {
        const Descriptor directory(
            open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (directory.get() < 0 || fsync(directory.get()) != 0) return failed(folder);
        return {};
    }

    Result<std::function<Result<>()>> flusher(const fs::path& file) override {
        const auto opened = std::make_shared<Descriptor>(open(file.c_str(), O_RDWR | O_CLOEXEC));
        if (opened->get() < 0) return failed(file);
        return [opened, file]() -> Result<> {
            if (fdatasync(opened->get()) != 0) return failed(file);
            return {};
        };
    }

    Result<FileLock> lock(const fs::path& file, int wait_ms_max) override {
        return FileLock::take(file, wait_ms_max);
    }
    Result<std::uint64_t> free_bytes(const fs::path& file) override {
        std::error_code error;
        const auto space = fs::space(file, error);
        if (error) return fail(Code::io, file.string() + ": " + error.message());
        return space.available;
    }

    const char* sqlite_vfs() const override { return nullptr; }

private:
    // `flags`: of renameat2().
    Result<> write_as(const fs::path& file, std::string_view content, unsigned flags) {
        std::string part = file.string() + ".XXXXXX";
        const auto given_up = [&] {
            const auto out = failed(file);
            unlink(part.c_str());
            return out;
        };
        {
            const Descriptor out(mkostemp(part.data(), O_CLOEXEC));  // mode 0600
            if (out.get() < 0) return failed(file);
            if (!write_all(out.get(), content) || fsync(out.get()) != 0) return given_up();
        }
        if (renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, file.c_str(), flags) != 0) {
            if (errno != EEXIST) return given_up();
            unlink(part.c_str());
            return fail(Code::conflict, file.string() + " is there already; nothing was changed");
        }
        return flush_folder(file.parent_path());
    }
};

}  // namespace

Disk& system_disk() {
    static SystemDisk disk;
    return disk;
}

}  // namespace spot::core
