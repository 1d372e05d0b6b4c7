package dev.lblc.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A recording of 24 octets for each request, little endian: when it comes in seconds (double), number of its destination (int), number of
 * its node (int), how long it takes in parts of the average (double).
 */
public final class BinaryTrace {
  /** Octets of a request. */
  public static final int RECORD = 24;

  private static final int AT_ONCE = 4_096;

  /** No request takes longer, in parts of the average: a run goes on until the last one is done. */
  private static final double MOST_SIZE = 1_000_000;

  private BinaryTrace() {}

  /** Whether a file that begins so is one: lines of text have no octet 0. */
  public static boolean isIt(byte[] beginning) {
    for (byte octet : beginning) {
      if (octet == 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Reads all requests.
   *
   * @param nodes numbers of nodes beyond are those of the first ones
   * @throws IOException if it cannot be read, ends within a request, or has numbers that no request has
   */
  public static RecordedWorkload.Recorder read(InputStream in, int nodes) throws IOException {
    RecordedWorkload.Recorder recorder = new RecordedWorkload.Recorder();
    byte[] octets = new byte[AT_ONCE * RECORD];
    while (true) {
      int length = in.readNBytes(octets, 0, octets.length);
      if (length % RECORD != 0) {
        throw new IOException("it ends within a request (expected: " + RECORD + " octets each)");
      }
      if (length == 0) {
        return recorder;
      }
      ByteBuffer records = ByteBuffer.wrap(octets, 0, length).order(ByteOrder.LITTLE_ENDIAN);
      while (records.hasRemaining()) {
        double time = records.getDouble();
        int key = records.getInt();
        int node = records.getInt();
        double size = records.getDouble();
        if (!Double.isFinite(time) || !(size > 0 && size <= MOST_SIZE) || node < 0) {
          throw new IOException("request " + (recorder.count() + 1) + ": time " + time + ", node "
              + node + ", size " + size + " (expected: a time, 0 or more, above 0 up to 1000000)");
        }
        recorder.add(time, "k" + key, node % nodes, size);
      }
    }
  }
}
