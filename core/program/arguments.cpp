#include <algorithm>
#include <boost/program_options.hpp>
#include <cstdio>
#include <iostream>
#include <sstream>

#include "core/program.h"

#ifndef SPOT_VERSION
#error "SPOT_VERSION comes from the build"
#endif

namespace spot::core {
namespace {

namespace po = boost::program_options;

const std::vector<Option> kOfAStore{
    {"data", "DIR", "the folder that holds the store", true},
    {"passphrase-file", "FILE",
     "its first line opens the store (else SPOT_PASSPHRASE, else asked)"},
};
const std::vector<Option> kOfAll{
    {"json", nullptr, "machine-readable output on stdout"},
    {"help", nullptr, "this text"},
};

std::vector<Option> options_of(const Verb& verb) {
    std::vector<Option> all = verb.options;
    if (verb.needs == Needs::store) all.insert(all.end(), kOfAStore.begin(), kOfAStore.end());
    all.insert(all.end(), kOfAll.begin(), kOfAll.end());
    return all;
}

po::options_description description_of(const Verb& verb) {
    po::options_description all("Options", 100);
    const auto add = [&](const Option& option) {
        if (option.value == nullptr) {
            all.add_options()(option.name, option.help);
            return;
        }
        auto* value = po::value<std::string>()->value_name(option.value);
        if (option.standard != nullptr) value->default_value(option.standard);
        all.add_options()(option.name, value, option.help);
    };
    for (const Option& option : options_of(verb)) add(option);
    return all;
}

void print_verbs(std::FILE* out, const char* program, const std::vector<const Verb*>& verbs) {
    std::fprintf(out, "Usage: %s VERB [options]\n\n", program);
    for (const Verb* verb : verbs) std::fprintf(out, "  %-17s %s\n", verb->name, verb->summary);
    std::fprintf(out, "\n  %s VERB --help tells a verb's options; --version\n", program);
}

// A verb of two words stands in two arguments. Returns how many it takes; 0: it is another verb.
int words_of_verb(const Verb& verb, int argc, char** argv) {
    const std::string_view name = verb.name;
    const auto space = name.find(' ');
    if (name.substr(0, space) != argv[1]) return 0;
    if (space == name.npos) return 1;
    return argc > 2 && name.substr(space + 1) == argv[2] ? 2 : 0;
}

int usage(const char* program, const std::string& message) {
    std::fprintf(stderr, "%s: %s\n", program, message.c_str());
    return static_cast<int>(Exit::usage);
}

// Boost throws; this is the wrapper that converts.
Result<std::map<std::string, std::string>> parse(const Verb& verb, int argc, char** argv) {
    try {
        po::variables_map values;
        // No guessing: an abbreviation would change its meaning when an option is added.
        const int style =
            po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
        const auto description = description_of(verb);
        po::store(po::command_line_parser(argc, argv)
                      .options(description)
                      .positional({})
                      .style(style)
                      .run(),
                  values);
        std::map<std::string, std::string> given;
        for (const auto& [name, value] : values) {
            const auto* text = boost::any_cast<std::string>(&value.value());
            given[name] = text != nullptr ? *text : std::string();
        }
        return given;
    } catch (const std::exception& error) {
        return fail(Code::invalid, error.what());
    }
}

std::string missing_option(const Verb& verb, const std::map<std::string, std::string>& given) {
    for (const Option& option : options_of(verb)) {
        const auto at = given.find(option.name);
        if (option.required && at == given.end())
            return std::string("--") + option.name + " is needed";
        if (at != given.end() && option.value != nullptr && at->second.empty())
            return std::string("--") + option.name + " has an empty value";
    }
    return {};
}

}  // namespace

Exit exit_of(Code code) {
    switch (code) {
        case Code::refused:
            return Exit::refused;
        case Code::offline:
        case Code::busy:
            return Exit::offline;
        default:
            return Exit::failed;
    }
}

std::string Arguments::value(const char* name) const {
    const auto at = given_.find(name);
    return at == given_.end() ? std::string() : at->second;
}

int run_verb(const char* program, const std::vector<const Verb*>& verbs, int argc, char** argv) {
    if (argc < 2) {
        print_verbs(stderr, program, verbs);
        return static_cast<int>(Exit::usage);
    }
    const std::string_view first = argv[1];
    if (first == "--help" || first == "help") {
        print_verbs(stdout, program, verbs);
        return static_cast<int>(Exit::done);
    }
    if (first == "--version") {
        std::printf("%s %s\n", program, SPOT_VERSION);
        return static_cast<int>(Exit::done);
    }
    const auto verb = std::find_if(verbs.begin(), verbs.end(), [&](const Verb* one) {
        return words_of_verb(*one, argc, argv) > 0;
    });
    if (verb == verbs.end())
        return usage(program, "no verb " + std::string(first) + "; see --help");
    const std::string name = std::string(program) + " " + (*verb)->name;

    const int words = words_of_verb(**verb, argc, argv);
    auto given = parse(**verb, argc - words, argv + words);
    if (!given) return usage(name.c_str(), given.error().message + "; see --help");
    if (given->contains("help")) {
        std::ostringstream text;
        text << description_of(**verb);
        std::printf("Usage: %s [options]\n%s\n\n%s", name.c_str(), (*verb)->summary,
                    text.str().c_str());
        return static_cast<int>(Exit::done);
    }
    if (const std::string missing = missing_option(**verb, *given); !missing.empty())
        return usage(name.c_str(), missing + "; see --help");

    auto exit = (*verb)->run(Arguments(std::move(*given)));
    const bool is_told = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
    if (exit && !is_told)
        exit = fail(Code::io, "its output could not all be written; what was done stays done");
    if (exit) return static_cast<int>(*exit);
    std::fprintf(stderr, "%s: %s\n", name.c_str(), exit.error().message.c_str());
    return static_cast<int>(exit_of(exit.error().code));
}

}  // namespace spot::core
