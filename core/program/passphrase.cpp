#include <fcntl.h>
#include <sodium.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "core/program.h"

namespace spot::core {
namespace {

constexpr std::size_t kPassphraseBytesMax = 1024;

Result<Passphrase> checked(std::string text) {
    if (text.empty()) return fail(Code::refused, "the passphrase is empty");
    if (text.size() > kPassphraseBytesMax) {
        sodium_memzero(text.data(), text.size());
        return fail(Code::refused, "the passphrase is longer than 1024 bytes");
    }
    return Passphrase(std::move(text));
}

// The first line of what the descriptor holds; reads no more than a passphrase may have.
std::string first_line(int descriptor) {
    std::string text;
    text.reserve(kPassphraseBytesMax + 2);  // so that no copy stays behind in freed memory
    char one = 0;
    while (text.size() <= kPassphraseBytesMax && read(descriptor, &one, 1) == 1 && one != '\n')
        text.push_back(one);
    if (!text.empty() && text.back() == '\r') text.pop_back();
    return text;
}

Result<Passphrase> from_file(const std::string& file) {
    const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return fail(Code::refused, "the passphrase file can't be read: " + file);
    std::string text = first_line(descriptor);
    close(descriptor);
    return checked(std::move(text));
}

// Overwritten in place too, as /proc/PID/environ shows the memory the process began with.
Result<Passphrase> from_environment(char* value) {
    std::string text(value);
    sodium_memzero(value, std::strlen(value));
    unsetenv("SPOT_PASSPHRASE");
    return checked(std::move(text));
}

class Terminal {
public:
    // Not standard input: that may be the events.
    Terminal() : descriptor_(open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)) {
        if (descriptor_ < 0 || tcgetattr(descriptor_, &before_) != 0) return;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        silent_ = tcsetattr(descriptor_, TCSAFLUSH, &silent) == 0;
    }
    ~Terminal() {
        if (silent_) tcsetattr(descriptor_, TCSAFLUSH, &before_);
        if (descriptor_ >= 0) close(descriptor_);
    }
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    bool usable() const { return silent_; }
    std::string ask(std::string_view prompt) {
        say(prompt);
        std::string text = first_line(descriptor_);
        say("\n");
        return text;
    }

private:
    void say(std::string_view text) {
        [[maybe_unused]] const auto written = write(descriptor_, text.data(), text.size());
    }
    int descriptor_;
    termios before_{};
    bool silent_ = false;
};

}  // namespace

Result<Passphrase> Arguments::passphrase(Ask ask) const {
    if (has("passphrase-file")) return from_file(value("passphrase-file"));
    if (char* value = std::getenv("SPOT_PASSPHRASE")) return from_environment(value);
    Terminal terminal;
    if (!terminal.usable())
        return fail(Code::refused,
                    "no passphrase: give --passphrase-file, SPOT_PASSPHRASE or a terminal");
    std::string text = terminal.ask("Passphrase: ");
    if (ask == Ask::twice) {
        std::string again = terminal.ask("The same once more: ");
        const bool same = text == again;
        sodium_memzero(again.data(), again.size());
        if (!same) {
            sodium_memzero(text.data(), text.size());
            return fail(Code::refused, "the two passphrases differ; nothing was changed");
        }
    }
    return checked(std::move(text));
}

}  // namespace spot::core
