#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/error.h"
#include "van-station/web/http.h"
#include "van-station/web/json_shape.h"

namespace spot::station::web {

// What the station's API is: schemas/station.openapi.json, which the program carries and routes by,
// so that what stands there is what runs.
class Contract {
public:
    static constexpr std::size_t kJsonBytesMax = 256 * 1024;
    static constexpr std::size_t kFileBytesMax = 4 * 1024 * 1024;

    enum class Body : std::uint8_t { none, json, file };

    struct Parameter {  // of a query
        std::string name;
        bool required = false;
        bool number = false;
        JsonShape shape;
    };
    struct Operation {
        std::string id;
        Method method = Method::get;
        std::string path;       // "/api/sessions/{id}/close"
        bool citizens = false;  // the citizen's screen may, too
        bool stream = false;
        Body body = Body::none;
        std::vector<JsonShape> json;     // of a Body::json: one
        std::vector<std::string> media;  // of a Body::file: "image/*", …
        std::vector<Parameter> query;

        std::size_t body_bytes_max() const {
            return body == Body::none ? 0 : body == Body::json ? kJsonBytesMax : kFileBytesMax;
        }
    };

    // Aborts on a document that is not of our dialect.
    explicit Contract(std::string_view openapi);
    ~Contract();
    static Contract built_in();

    struct Match {
        const Operation* operation = nullptr;  // null: there is none
        std::vector<std::string> values;       // of the path's parameters, in order
        bool other_method = false;             // where there is none: the path is known
    };
    Match find(Method method, std::string_view path) const;
    const std::vector<Operation>& operations() const { return operations_; }
    const nlohmann::json& document() const;

    // The parameters of a query as an object. `invalid`: malformed, unknown, twice, or not of its
    // shape.
    static core::Result<nlohmann::json> read_query(const Operation& operation,
                                                   std::string_view query);
    // The body, parsed and of its shape. `invalid` otherwise.
    static core::Result<nlohmann::json> read_json(const Operation& operation,
                                                  std::string_view content_type,
                                                  std::string_view body);
    static bool takes_media(const Operation& operation, std::string_view content_type);

private:
    std::unique_ptr<nlohmann::json> document_;
    std::vector<Operation> operations_;
};

}  // namespace spot::station::web
