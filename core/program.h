#pragma once

// What the programs have in common: verbs and their options, exit codes, passphrases, files.

#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "core/ledger.h"
#include "core/rim/disk.h"
#include "core/rim/file_lock.h"
#include "core/vault.h"

namespace spot::core {

// Scripts rely on these numbers.
enum class Exit : int {
    done = 0,
    failed = 1,
    usage = 2,
    refused = 3,    // key or permission
    offline = 4,    // kept for later
    attention = 5,  // done, but something needs a person
};
Exit exit_of(Code code);

// ── Verbs and options.

struct Option {
    const char* name;
    const char* value;  // what stands for the value in --help; null: a switch
    const char* help;
    bool required = false;
    const char* standard = nullptr;  // the value where none is given; null: none
};

enum class Ask { once, twice };  // twice: a new passphrase, to catch a slip of the finger

class Arguments {
public:
    explicit Arguments(std::map<std::string, std::string> given) : given_(std::move(given)) {}
    bool has(const char* name) const { return given_.contains(name); }
    std::string value(const char* name) const;  // empty: not given
    std::filesystem::path data() const { return value("data"); }
    bool json() const { return has("json"); }
    // --passphrase-file (first line), else SPOT_PASSPHRASE, which is then wiped from the
    // environment, else a prompt on the terminal. `refused`: there is none.
    Result<Passphrase> passphrase(Ask ask) const;

private:
    std::map<std::string, std::string> given_;
};

enum class Needs { store, nothing };

// Every verb also has --json and --help, and one that needs a store --data and --passphrase-file.
struct Verb {
    const char* name;
    const char* summary;
    std::vector<Option> options;
    Result<Exit> (*run)(const Arguments&);
    Needs needs = Needs::store;
};

// Finds the verb, reads its options, runs it, says on stderr what failed. Returns the exit code.
int run_verb(const char* program, const std::vector<const Verb*>& verbs, int argc, char** argv);

// ── What both programs do with a ledger.

// Options and work of the verb `export`: prints the records as JSON Lines.
std::vector<Option> export_options();
Result<Exit> export_records(Ledger& ledger, const Arguments& arguments);

// What became of one line of events.
struct Taken {
    std::string kind;
    std::string reference;
    RecordId record;
    std::uint64_t seq = 0;
    bool repeated = false;  // it was there before
};
// Hands each line of --events to `take`, which writes it to the ledger; says, once it is on disk,
// what became of it, by line number: in JSON on stdout, else the refused ones on stderr and a
// summary. A fault of a line (a kind of bad input) refuses that line alone; `io` and `busy` end the
// work.
Result<Exit> take_events(const Arguments& arguments, Clock& clock, Ledger& ledger,
                         const std::function<Result<Taken>(std::string_view)>& take);

// ── Output.

// A line of JSON on stdout, flushed: whoever reads it may rely on what it says.
void print_line(std::string_view line);

// One line on stderr that is written over; silent unless stderr is a terminal.
class Progress {
public:
    explicit Progress(Clock& clock);  // outlives the progress
    ~Progress();                      // takes the line away
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    // `text` is called only when there is something to draw: at most 10 times a second.
    void show(const std::function<std::string()>& text);
    void clear();  // before something else is written to the terminal

private:
    Clock& clock_;
    bool terminal_;
    bool drawn_ = false;
    Instant last_ = 0;
};

// ── Files.

// Makes `files` in `folder` by `work`, all or none: where `work` fails they are removed, and where
// the process ends in its midst they don't count, and the next call begins anew. Before that
// removes anything it asks `is_whole`, as the mark of an unfinished making may be wrong: a store
// that opens stays. Its errors are returned, and nothing is removed. `conflict`: they are there
// already; nothing was changed. Durable when it returns.
Result<> make_store(const std::filesystem::path& folder, const std::vector<std::string>& files,
                    const std::function<Result<>()>& work,
                    const std::function<Result<bool>()>& is_whole = {}, Disk& disk = system_disk());
// Did make_store() make it whole?
bool store_is_made(const std::filesystem::path& folder, const std::vector<std::string>& files,
                   Disk& disk = system_disk());

// Reads lines of any length in bounded memory: `limit` bytes and one buffer.
class LineReader {
public:
    struct Line {
        std::uint64_t number = 0;  // from 1
        std::string_view text;     // without its end; until the next call
        bool too_long = false;     // longer than `limit`: `text` is empty
    };
    // "-": standard input.
    static Result<LineReader> open(const std::string& file, std::size_t limit);
    LineReader(LineReader&& other) noexcept;
    LineReader& operator=(LineReader&&) = delete;
    ~LineReader();
    Result<std::optional<Line>> next();  // nothing: the end
    bool has_more() const;               // something is there for next() to begin with, or the end

private:
    LineReader(int descriptor, bool owned, std::size_t limit);
    Result<bool> fill();
    int descriptor_;
    bool owned_;
    bool ended_ = false;
    std::size_t limit_;
    std::uint64_t number_ = 0;
    std::string buffer_;
    std::size_t at_ = 0;
    std::string line_;
};

}  // namespace spot::core
