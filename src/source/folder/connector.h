#ifndef SOURCE_FOLDER_CONNECTOR_H
#define SOURCE_FOLDER_CONNECTOR_H

#include "source/source.h"

extern const struct connector connector_folder;

#endif
