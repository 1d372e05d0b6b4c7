package dev.lblc.config;

import org.jspecify.annotations.Nullable;

/**
 * What is to be changed of a server that runs.
 *
 * @param weight as in {@link dev.lblc.scheduler.ServerSpec}; null: as it is
 * @param upper as in {@link dev.lblc.scheduler.ServerSpec}; null: as it is
 * @param lower as in {@link dev.lblc.scheduler.ServerSpec}; null: as it is
 * @param max as in {@link dev.lblc.scheduler.ServerSpec}; null: as it is
 */
public record ServerChange(
    @Nullable Integer weight,
    @Nullable Integer upper,
    @Nullable Integer lower,
    @Nullable Integer max) {

  /** Returns whether nothing is to be changed. */
  public boolean isEmpty() {
    return weight == null && upper == null && lower == null && max == null;
  }
}
