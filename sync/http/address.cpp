#include "sync/http/address.h"

#include <curl/curl.h>

#include <memory>

namespace spot::sync {
namespace {

constexpr std::string_view kPinPrefix = "sha256//";
constexpr std::size_t kPinDigits = 44;  // base 64 of 32 bytes

struct Cleanup {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
    void operator()(char* text) const { curl_free(text); }
};

}  // namespace

bool is_hub_url(const std::string& text) {
    if (!text.starts_with("https://")) return false;
    const std::unique_ptr<CURLU, Cleanup> url(curl_url());
    if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return false;
    for (const CURLUPart part :
         {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT}) {
        char* found = nullptr;
        const bool there = curl_url_get(url.get(), part, &found, 0) == CURLUE_OK;
        const std::unique_ptr<char, Cleanup> freed(found);
        if (there) return false;
    }
    return true;
}

bool is_hub_pin(std::string_view pin) {
    if (!pin.starts_with(kPinPrefix)) return false;  // curl would take it for a file's name
    pin.remove_prefix(kPinPrefix.size());
    return pin.size() == kPinDigits && pin.back() == '=' &&
           pin.find_first_not_of(
               "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
               "0123456789+/") == kPinDigits - 1;
}

}  // namespace spot::sync
