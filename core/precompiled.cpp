// Nothing: core/precompiled.h is what this is compiled for.
