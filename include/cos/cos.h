// Everything of libcos.
#pragma once

#include "cos/disclosure.h"
#include "cos/hash.h"
#include "cos/insight.h"
#include "cos/origin.h"
#include "cos/phl.h"
#include "cos/purge.h"
#include "cos/realm.h"
#include "cos/repair.h"
#include "cos/result.h"
#include "cos/scope.h"
#include "cos/store.h"
#include "cos/version.h"
