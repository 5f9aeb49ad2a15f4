#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

namespace spot::tests {

// A network printer on loopback, on a port that the system chose; serves one connection.
class FakePrinter {
public:
    struct Manner {
        bool answers = true;          // to status requests
        std::uint8_t printer = 0x12;  // its answers to DLE EOT 1, 2 and 4, and to GS r 1
        std::uint8_t cause = 0x12;
        std::uint8_t paper = 0x12;
        std::uint8_t done = 0x00;
        std::size_t dies_after = SIZE_MAX;   // bytes of the job; breaks the connection
        std::size_t stops_after = SIZE_MAX;  // bytes of the job; reads no more, and says nothing
        bool silent_at_end = false;          // answers until the job is there, then no more
    };
    explicit FakePrinter(Manner manner);
    ~FakePrinter();
    std::string address() const;  // "127.0.0.1:PORT"
    // What it printed: without status requests. Ends the connection first.
    std::string printed();

private:
    void serve();
    void work(int connection);
    Manner manner_;
    int listening_ = -1;
    std::atomic<bool> over_ = false;
    std::mutex mutex_;
    std::string printed_;
    std::thread thread_;
};

}  // namespace spot::tests
