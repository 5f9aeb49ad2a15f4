#define SPOT_JSON_PART template
#include "core/json_parts.h"
