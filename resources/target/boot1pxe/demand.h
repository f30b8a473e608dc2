/* A disk whose sectors are read from the server when they are asked for, by NFS version 3 over UDP (RFC 1813). */
#pragma once
#include "disk.h"

/* Mounts the folder and finds the image that `settings` names. */
bool demand_open(struct disk *disk);
