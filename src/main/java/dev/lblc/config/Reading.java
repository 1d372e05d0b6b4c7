package dev.lblc.config;

/**
 * What the reading of one source has in common. Used by one thread.
 *
 * @param faults collects what is wrong
 * @param environment variables
 * @param files looks into the files that the source names
 */
record Reading(Faults faults, Environment environment, FileChecks files) {}
