package dev.lblc.transport;

import java.util.regex.Pattern;

/** What a socket failed with, for people. */
public final class SocketError {
  /** Before what the system says, the native transports name the call: {@code bind(..) failed with error(-98): }. */
  private static final Pattern CALL =
      Pattern.compile("^[\\w:]+\\(\\.\\.\\) failed(?: with error\\(-?\\d+\\))?: ");

  private SocketError() {}

  /** Returns the message without the name and the number of a system call. */
  public static String words(String message) {
    return CALL.matcher(message).replaceFirst("");
  }
}
