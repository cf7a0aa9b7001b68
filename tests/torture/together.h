// Sixteen processes on one store. In the first half each hash's results must be those of some order in which its
// operations took effect one by one, each between its call and its return (they are linearizable). In the second half
// sites are cleared, entries evicted and processes killed as well; what is left must be whole.
#pragma once

namespace libcos::torture {

// Returns the exit code.
int run_together(int seconds);

}  // namespace libcos::torture
