// The words for why a read would hit or miss.
#pragma once

#include "cos/insight.h"

namespace libcos {

// Fills `sentence` and `mend` from the disclosure and the reason.
void put_into_words(ReadExplanation& explanation);

}  // namespace libcos
