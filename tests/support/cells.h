#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "core/store/sealed/cells.h"
#include "core/store/tables.h"

namespace spot::support {

// Shows each cell of a store that may be sealed, by its column, and takes what `use` makes of it.
// Not those that a subject's key seals anyway.
class EachCell final : public core::RowRewriter {
public:
    using Use = std::function<void(std::string_view column, std::string& cell)>;
    explicit EachCell(Use use) : use_(std::move(use)) {}

    core::Result<> entry(core::EntryRow& row) override {
        show("entry.user", row.user);
        if (!row.subject) show("entry.payload", row.payload);
        return show("entry.reference", row.reference);
    }
    core::Result<> record(core::RecordRow& row) override {
        if (!row.subject) show("record.json", row.json);
        if (!row.subject && row.document) show("record.document", *row.document);
        return {};
    }
    core::Result<> name(core::RecordName& row) override { return show("name", row.name); }
    core::Result<> secret(std::int64_t, std::uint64_t, core::Bytes& secret) override {
        return show("secret", secret);
    }
    core::Result<> subject(const core::SubjectId&, core::Bytes& key) override {
        return show("subject.key", key);
    }
    core::Result<> attached(core::AttachedRow& row) override {
        return show("attached.key", row.key);
    }
    core::Result<> station(core::StationRow& row) override {
        show("station.name", row.name);
        return show("station.team", row.team);
    }
    core::Result<> setting(std::string_view name, std::string& value) override {
        return name == core::sealed::kMark ? core::Result<>() : show("setting", value);
    }
    core::Result<> value(std::string_view, std::string& key, std::string& owner,
                         std::string& value) override {
        show("value.key", key);
        show("value.owner", owner);
        return show("value", value);
    }

private:
    core::Result<> show(std::string_view column, std::string& cell) {
        if (!cell.empty()) use_(column, cell);
        return {};
    }
    core::Result<> show(std::string_view column, core::Bytes& cell) {
        std::string shown(core::text(cell));
        show(column, shown);
        cell.assign(shown.begin(), shown.end());
        return {};
    }

    Use use_;
};

}  // namespace spot::support
