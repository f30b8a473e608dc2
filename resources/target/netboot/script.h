/*
 * What to do without being asked: the file `netboot.cfg` beside netboot.0 on the TFTP server. Each of its lines is
 * one that could be typed at the prompt; those that begin with `#` are not read. The first that fails, and any key
 * that is pressed meanwhile, end it, and so does its end: then there is the prompt.
 */
#pragma once
#include "arguments.h"

void run_script(const struct options *options);
