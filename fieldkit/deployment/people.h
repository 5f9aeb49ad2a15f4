#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "fieldkit/deployment/draw.h"

namespace spot::fieldkit {

// Invented people of Alentejo and Algarve, with numbers whose check digits hold.

struct Place {
    std::string_view parish_code;  // six figures: district, municipality, parish
    std::string_view parish, municipality, nuts, postal_stem;
};

struct Citizen {
    std::string name, nif, birth_date, phone, address;
};

const Place& draw_place(Draw& draw);
std::string draw_name(Draw& draw);
std::string draw_street(Draw& draw);
std::string draw_address(Draw& draw, const Place& place);
std::string draw_phone(Draw& draw);
std::string draw_email(Draw& draw);
Citizen draw_citizen(Draw& draw, const Place& place);
std::string_view draw_venue(Draw& draw);
std::string_view draw_care_home(Draw& draw);
std::string_view draw_mediator(Draw& draw);

std::string draw_digits(Draw& draw, int count);
std::string draw_nif(Draw& draw);
std::string draw_niss(Draw& draw);
std::string draw_iban(Draw& draw);
std::string draw_plate(Draw& draw);
std::string draw_date(Draw& draw, std::chrono::sys_days first, std::chrono::sys_days last);

}  // namespace spot::fieldkit
