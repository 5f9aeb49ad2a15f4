#pragma once

// A VFS for SQLite (https://www.sqlite.org/vfs.html) on simulated files: locks and the WAL's shared
// memory for connections of this process, in any of its threads.

#include <memory>
#include <string>

#include "tests/disk/files.h"

struct sqlite3_vfs;

namespace spot::disk {

// Registered for as long as it is there. All connections have to be closed before it goes.
class Vfs {
public:
    explicit Vfs(std::shared_ptr<Files> files);
    ~Vfs();
    Vfs(const Vfs&) = delete;
    Vfs& operator=(const Vfs&) = delete;
    const char* name() const { return name_.c_str(); }

private:
    std::string name_;
    std::shared_ptr<Files> files_;
    std::unique_ptr<sqlite3_vfs> vfs_;
};

}  // namespace spot::disk
