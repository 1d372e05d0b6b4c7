package dev.lblc.gateway.log;

/** Where lines of access logs go. May be used from any thread; nobody who writes waits. */
@FunctionalInterface
public interface LineSink {
  /**
   * Takes a line.
   *
   * @param octets begin with the line, which ends with a line feed; used again after the call
   * @param length of the line
   * @param writer a number of the calling thread, so that those of different numbers need not get in each other's way
   */
  void take(byte[] octets, int length, int writer);
}
