#include "tests/disk/files.h"

#include <algorithm>
#include <filesystem>

namespace spot::disk {
namespace {

using core::Bytes;
using core::View;
using tests::SeededRandom;

}  // namespace

// ── One file.

// The first `bytes_max` bytes of it.
void File::apply(const Change& change, std::size_t bytes_max, Bytes& to) {
    const std::size_t size = std::min(bytes_max, change.bytes.size());
    to.resize(size == change.bytes.size() ? change.length
                                          : std::max(to.size(), change.offset + size));
    std::copy_n(change.bytes.begin(), size,
                to.begin() + static_cast<std::ptrdiff_t>(change.offset));
}

void File::write(std::size_t offset, View bytes) {
    since_.push_back(
        {offset, Bytes(bytes.begin(), bytes.end()), std::max(now_.size(), offset + bytes.size())});
    apply(since_.back(), bytes.size(), now_);
}

void File::truncate(std::size_t length) {
    since_.push_back({0, {}, length});
    now_.resize(length);
}

void File::flush() {
    for (const Change& change : since_) apply(change, change.bytes.size(), flushed_);
    since_.clear();
}

void File::damage(std::size_t offset) {
    flush();
    now_.at(offset) ^= 1;
    flushed_.at(offset) ^= 1;
}

Bytes File::after_power_cut(Unflushed unflushed, SeededRandom& random) const {
    if (unflushed == Unflushed::lost || since_.empty()) return flushed_;
    if (unflushed == Unflushed::kept) return now_;
    switch (random.below(5)) {
        case 0:
            return flushed_;
        case 1:
            return now_;
        case 2: {  // in order, the last one in part
            Bytes out = flushed_;
            const std::size_t count = random.below(since_.size());
            for (std::size_t i = 0; i < count; ++i) apply(since_[i], since_[i].bytes.size(), out);
            apply(since_[count], random.below(since_[count].bytes.size() + 1), out);
            return out;
        }
        default:
            return draw_sectors(random);
    }
}

Bytes File::draw_sectors(SeededRandom& random) const {
    const std::size_t sector = random.below(2) == 0 ? 512 : 4096;
    std::map<std::size_t, std::vector<const Change*>> touched;
    std::size_t longest = flushed_.size();
    for (const Change& change : since_) {
        longest = std::max(longest, change.length);
        if (change.bytes.empty()) continue;
        const std::size_t last = (change.offset + change.bytes.size() - 1) / sector;
        for (std::size_t i = change.offset / sector; i <= last; ++i) touched[i].push_back(&change);
    }
    Bytes out = flushed_;
    out.resize(longest);
    // Any length that it had since.
    const std::size_t length = random.below(since_.size() + 1);
    for (const auto& [number, changes] : touched) {
        // Any state that the sector had since, perhaps with a part of the next one.
        const std::size_t kept = random.below(changes.size() + 1);
        const bool is_torn = kept < changes.size() && random.below(4) == 0;
        for (std::size_t i = 0; i < kept + (is_torn ? 1 : 0); ++i) {
            const Change& change = *changes[i];
            std::size_t begin = std::max(change.offset, number * sector);
            std::size_t end = std::min(change.offset + change.bytes.size(), (number + 1) * sector);
            if (i == kept) (random.below(2) == 0 ? begin : end) = begin + random.below(end - begin);
            std::copy(change.bytes.begin() + static_cast<std::ptrdiff_t>(begin - change.offset),
                      change.bytes.begin() + static_cast<std::ptrdiff_t>(end - change.offset),
                      out.begin() + static_cast<std::ptrdiff_t>(begin));
        }
    }
    out.resize(length == 0 ? flushed_.size() : since_[length - 1].length);
    return out;
}

// ── All of them.

std::string folder_of(const std::string& name) {
    return std::filesystem::path(name).parent_path().string();
}

Files::Files() {
    names_["/"] = std::make_shared<File>(true);
    flushed_ = names_;
}

Files::Fate Files::next(const char* what, const std::string& name) {
    if (is_off) return Fate::failed;
    ++operations;
    last = std::to_string(operations) + ": " + what + " " + name;
    if (operations == power_fails_at) {
        is_off = true;
        return Fate::under_way;
    }
    if (operations != error_at) return Fate::done;
    refused = last;
    return Fate::failed;
}

Files::Done Files::write(const std::shared_ptr<File>& file, std::size_t offset, View bytes) {
    const Fate fate = next("write", name_of(file));
    if (fate == Fate::failed) return Done::failed;
    const std::size_t end = offset + bytes.size();
    const std::size_t more = end > file->now().size() ? end - file->now().size() : 0;
    if (room && more > *room) return Done::full;
    if (room) *room -= more;
    file->write(offset, bytes);
    return fate == Fate::done ? Done::done : Done::failed;
}

Files::Done Files::truncate(const std::shared_ptr<File>& file, std::size_t length) {
    const Fate fate = next("truncate", name_of(file));
    if (fate == Fate::failed) return Done::failed;
    if (room && length < file->now().size()) *room += file->now().size() - length;
    file->truncate(length);
    return fate == Fate::done ? Done::done : Done::failed;
}

Files::Done Files::flush(const std::shared_ptr<File>& file) {
    if (next("flush", name_of(file)) != Fate::done || flushes_fail) return Done::failed;
    file->flush();
    return Done::done;
}

Files::Done Files::flush_folder(const std::string& folder) {
    if (next("flush folder", folder) != Fate::done || flushes_fail) return Done::failed;
    const auto is_in = [&](const Change& change) { return folder_of(change.name) == folder; };
    for (const Change& change : since_)
        if (is_in(change)) apply(change, flushed_);
    std::erase_if(since_, is_in);
    return Done::done;
}

void Files::apply(const Change& change, Names& to) {
    to.erase(change.from);
    if (change.file)
        to[change.name] = change.file;
    else
        to.erase(change.name);
}

Files::Done Files::change(const char* what, Change change) {
    const Fate fate = next(what, change.name);
    if (fate == Fate::failed) return Done::failed;
    apply(change, names_);
    since_.push_back(std::move(change));
    return fate == Fate::done ? Done::done : Done::failed;
}

Files::Done Files::add(const std::string& name, std::shared_ptr<File> file) {
    const auto folder = find(folder_of(name));
    if (!folder || !folder->is_folder()) return Done::failed;
    return change("add", {name, std::move(file), ""});
}

Files::Done Files::remove(const std::string& name) {
    return change("remove", {name, nullptr, ""});
}

Files::Done Files::rename(const std::string& from, const std::string& to) {
    return change("rename to", {to, find(from), from});
}

std::shared_ptr<File> Files::find(const std::string& name) const {
    const auto found = names_.find(name);
    return found == names_.end() ? nullptr : found->second;
}

std::string Files::name_of(const std::shared_ptr<File>& file) const {
    for (const auto& [name, one] : names_)
        if (one == file) return name;
    return "a file without a name";
}

void Files::after_power_cut(Unflushed unflushed, SeededRandom& random, Files& to) const {
    Names names = unflushed == Unflushed::kept ? names_ : flushed_;
    if (unflushed == Unflushed::drawn) {
        // As most file systems do it, in order up to somewhere; or as the others do.
        const bool in_order = random.below(2) == 0;
        const std::size_t count = random.below(since_.size() + 1);
        for (std::size_t i = 0; i < since_.size(); ++i)
            if (in_order ? i < count : random.below(2) == 0) apply(since_[i], names);
    }
    for (const auto& [name, file] : names) {
        // Sorted, so that a folder stands before what is in it.
        if (name != "/" && !to.names_.contains(folder_of(name))) continue;
        auto left = std::make_shared<File>(file->is_folder());
        left->write(0, file->after_power_cut(unflushed, random));
        left->flush();
        to.names_[name] = std::move(left);
    }
    to.flushed_ = to.names_;
    to.room = room;
}

}  // namespace spot::disk
