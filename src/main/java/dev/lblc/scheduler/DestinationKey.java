package dev.lblc.scheduler;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Bounds what a destination takes in the table: a long one is replaced by its SHA-256. */
final class DestinationKey {
  /** Longest destination that is kept as it is, in bytes of UTF-8. */
  static final int MAX_BYTES = 256;

  private DestinationKey() {}

  /** The destination as the table has it; null stays null. */
  static @Nullable String of(@Nullable String destination) {
    // Three bytes at most for each char, so that most need no counting.
    return destination == null || destination.length() * 3 <= MAX_BYTES
        ? destination
        : bounded(destination);
  }

  private static String bounded(String destination) {
    byte[] bytes = destination.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= MAX_BYTES) {
      return destination;
    }
    try {
      return "sha256:"
          + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
