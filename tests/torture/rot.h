// Turns bits of a store's files round, as a bad disk does, and looks whether anybody gets a wrong byte, whether
// verification finds what was damaged, and whether repair leaves a sound store.
#pragma once

namespace libcos::torture {

// Each point is a store with one to three such bits; `only`: this one, unless negative. Returns the exit code.
int run_rot(int points, int only);

}  // namespace libcos::torture
