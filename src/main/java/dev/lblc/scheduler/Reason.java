package dev.lblc.scheduler;

import dev.lblc.PublicApi;
import java.util.Locale;

/** Why a server was chosen, or that none was. */
@PublicApi
public enum Reason {
  /** The destination's home was used. */
  HIT,
  /** The destination had no home; a fresh pass found one. */
  PLACED,
  /** The home was overloaded while another server had room (lblcr: also a set whose members are all saturated). */
  OVERLOADED,
  /** The home was removed, failed its health checks, or was left out by the caller. */
  UNAVAILABLE,
  /** The home's weight was 0. */
  QUIESCED,
  /** The destination's entry was past its expiration, in a cluster whose table expires by time to live. */
  EXPIRED,
  /** No destination was given, or the strategy has no use for one. */
  NO_DESTINATION,
  /** No server was available. */
  NONE;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The reason's name in metrics, logs and JSON: lower case with underscores. */
  public String label() {
    return label;
  }
}
