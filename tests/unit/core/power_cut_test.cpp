// Goal: nobody is told of what a power cut can take back. Method: this program's fdatasync and
// fsync are the ones below, which keep what the disk is sure to hold when they return; a cut leaves
// that, and nothing else.

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <list>
#include <map>
#include <mutex>

#include "core/after_flush.h"
#include "tests/support/ledgers.h"

using namespace spot;
using namespace spot::support;
using core::Kind;
using core::Party;
using core::RecordId;
namespace fs = std::filesystem;

namespace {

// The files of one folder, as they were when their last flush began.
class Disk {
public:
    void watch(const fs::path& folder) {
        const std::lock_guard lock(mutex_);
        folder_ = folder;
        kept_.clear();
    }
    // What it keeps of the file, to be given to flushed().
    std::optional<std::pair<std::string, core::Bytes>> look(int descriptor) {
        std::error_code none;
        const fs::path file = fs::read_symlink("/proc/self/fd/" + std::to_string(descriptor), none);
        {
            const std::lock_guard lock(mutex_);
            if (none || folder_.empty() || file.parent_path() != folder_) return std::nullopt;
        }
        core::Bytes content(fs::file_size(file));
        const auto read = pread(descriptor, content.data(), content.size(), 0);
        content.resize(read > 0 ? static_cast<std::size_t>(read) : 0);
        return std::pair(file.filename().string(), std::move(content));
    }
    void flushed(std::pair<std::string, core::Bytes> file) {
        const std::lock_guard lock(mutex_);
        kept_[file.first] = std::move(file.second);
    }
    void after_a_cut(const fs::path& folder) {
        const std::lock_guard lock(mutex_);
        for (const auto& [name, content] : kept_) {
            std::FILE* out = std::fopen((folder / name).c_str(), "wb");
            REQUIRE(out != nullptr);
            CHECK(std::fwrite(content.data(), 1, content.size(), out) == content.size());
            std::fclose(out);
        }
    }

private:
    std::mutex mutex_;
    fs::path folder_;  // empty: none
    std::map<std::string, core::Bytes> kept_;
};

Disk disk;

std::atomic<bool> is_broken = false;

int flush(int descriptor, long call) {
    if (is_broken) {
        errno = EIO;
        return -1;
    }
    auto file = disk.look(descriptor);
    const int done = static_cast<int>(syscall(call, descriptor));
    if (done == 0 && file) disk.flushed(std::move(*file));
    return done;
}

}  // namespace

extern "C" int fdatasync(int descriptor) {
    return flush(descriptor, SYS_fdatasync);
}
extern "C" int fsync(int descriptor) {
    return flush(descriptor, SYS_fsync);
}

namespace {

// A station on the watched disk.
struct Van {
    Side side{Party::station, 1};
    std::uint64_t second = 0;

    Van() {
        disk.watch(side.folder().path());
        side.open();  // closed whole, and begun anew where it is seen
        add(Kind::session_open, session_intent(++second));
    }
    ~Van() { disk.watch({}); }

    RecordId add(Kind kind, Json intent) {
        const auto done = side->journal().append(kind, "", "m.abrantes", std::move(intent));
        REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().message));
        return done->record;
    }
    void open_session() { add(Kind::session_open, session_intent(++second)); }
    std::uint64_t recorded() { return side->replica().tip(kStationLog).seq; }
};

// How many entries a store has that was found like this.
std::uint64_t entries_in(Van& van, const fs::path& folder) {
    auto ledger =
        core::Ledger::open(folder / van.side.file().filename(), van.side.key(),
                           {Party::station, &core::Catalogue::shipped(), &van.side.random()});
    REQUIRE(ledger.has_value());
    CHECK(ledger->audit().check()->empty());
    return ledger->replica().tip(kStationLog).seq;
}

std::uint64_t entries_after_a_cut(Van& van) {
    const TemporaryFolder left;
    disk.after_a_cut(left.path());
    return entries_in(van, left.path());
}

}  // namespace

TEST_CASE("what was appended is on disk when the call returns") {
    Van van;
    for (int i = 0; i < 5; ++i) {
        van.open_session();
        CHECK(entries_after_a_cut(van) == van.recorded());
    }
}

TEST_CASE("whoever flushes later tells only of what a power cut leaves") {
    constexpr std::uint64_t kEntries = 1500;  // over two checkpoints
    Van van;
    auto flush_later = van.side->defer_flush();
    REQUIRE(flush_later.has_value());
    struct Cut {
        TemporaryFolder left;
        std::uint64_t told = 0;
    };
    std::list<Cut> cuts;
    std::uint64_t told = 0;
    {
        core::AfterFlush on_disk(std::move(*flush_later));
        for (std::uint64_t i = 0; i < kEntries; ++i) {
            van.open_session();
            const auto tell = [&, number = van.recorded()] {
                CHECK(number == told + (told == 0 ? 2 : 1));  // in order; one was there before
                told = number;
                if (told % 97 != 0) return;
                cuts.emplace_back().told = told;
                disk.after_a_cut(cuts.back().left.path());
            };
            REQUIRE(on_disk.run(tell).has_value());
            if (i % 50 < 5) REQUIRE(on_disk.finish().has_value());  // as who gives one by one
            if (i % 50 < 5) CHECK(told == van.recorded());
        }
        CHECK(on_disk.finish().has_value());
    }
    CHECK(told == van.recorded());
    CHECK(entries_after_a_cut(van) == told);
    CHECK(cuts.size() == kEntries / 97);
    for (const Cut& cut : cuts) CHECK(entries_in(van, cut.left.path()) >= cut.told);
}

TEST_CASE("who sees what another has not flushed flushes it first") {
    struct Look {
        const char* name;
        std::function<void(core::Ledger&)> at;
    };
    for (const Look& look : std::vector<Look>{
             {"by reading",
              [](core::Ledger& other) { CHECK(other.replica().tip(kStationLog).seq == 4); }},
             {"by records",
              [](core::Ledger& other) {
                  CHECK(other.records().count()->records.at("session") == 4);
              }},
             {"by writing",
              [](core::Ledger& other) { CHECK(other.values().set("a", "b").has_value()); }}}) {
        CAPTURE(look.name);
        Van van;
        auto other = van.side.another();
        REQUIRE(other.has_value());
        CHECK(other->replica().tip(kStationLog).seq == 1);
        REQUIRE(van.side->defer_flush().has_value());
        for (int i = 0; i < 3; ++i) van.open_session();
        CHECK(van.recorded() == 4);
        CHECK(entries_after_a_cut(van) == 1);  // else this shows nothing
        look.at(*other);
        CHECK(entries_after_a_cut(van) == 4);
    }
}

TEST_CASE("who can't flush what another wrote does not go by it, and changes nothing") {
    Van van;
    auto other = van.side.another();
    REQUIRE(other.has_value());
    CHECK(other->records().count()->records.at("session") == 1);
    REQUIRE(van.side->defer_flush().has_value());
    van.open_session();
    is_broken = true;
    const auto seen = other->records().count();
    const auto written = other->values().set("a", "b");
    is_broken = false;
    CHECK(seen.error().code == core::Code::io);
    CHECK(written.error().code == core::Code::io);
    CHECK(other->records().count()->records.at("session") == 2);
    CHECK_FALSE(other->values().setting("a").has_value());
    CHECK(entries_after_a_cut(van) == 2);
}

TEST_CASE("after a flush that failed nothing more is told, and who goes on hears of it") {
    for (const std::size_t given : {std::size_t{1}, core::AfterFlush::kTogether}) {
        CAPTURE(given);  // the one here, the others on the thread
        std::atomic<int> flushes = 0;
        std::atomic<int> told = 0;
        core::AfterFlush on_disk([&]() -> core::Result<> {
            if (++flushes < 3) return {};
            return core::fail(core::Code::io, "the disk is broken");
        });
        const auto tell = [&] { ++told; };
        for (int i = 0; i < 2; ++i) {
            CHECK(on_disk.run(tell).has_value());
            CHECK(on_disk.finish().has_value());
        }
        CHECK(told == 2);
        for (std::size_t i = 0; i < given; ++i) (void)on_disk.run(tell);
        CHECK(on_disk.finish().error().code == core::Code::io);
        CHECK(on_disk.run(tell).error().message == "the disk is broken");
        CHECK(on_disk.finish().error().message == "the disk is broken");
        CHECK(told == 2);
        CHECK(flushes == 3);
    }
}

TEST_CASE("no more than its limit waits for a disk that takes its time, and all of it is done") {
    std::mutex mutex;
    std::condition_variable changed;
    bool is_free = false;
    std::atomic<std::size_t> given = 0;
    std::size_t done = 0;
    {
        core::AfterFlush on_disk([&]() -> core::Result<> {
            std::unique_lock lock(mutex);
            changed.wait(lock, [&] { return is_free; });
            return {};
        });
        std::thread giver([&] {
            for (std::size_t i = 0; i < 3 * core::AfterFlush::kWaitingMax; ++i) {
                CHECK(on_disk.run([&] { ++done; }).has_value());
                ++given;
            }
        });
        while (given < core::AfterFlush::kWaitingMax) std::this_thread::yield();
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        // Those that wait, and those under way.
        CHECK(given <= 2 * core::AfterFlush::kWaitingMax);
        {
            const std::lock_guard lock(mutex);
            is_free = true;
        }
        changed.notify_all();
        giver.join();
    }
    CHECK(done == 3 * core::AfterFlush::kWaitingMax);
}
