#include "CJobmonPOSIX.h"
