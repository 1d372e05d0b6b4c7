package dev.lblc.gateway.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The place where a {@link LineQueue} writes. Confined to the thread of the queue, but for its making. */
interface LineTarget {
  /** Returns the name for the log. */
  String name();

  /** Writes some of the octets, at least one. Blocks. */
  void write(ByteBuffer octets) throws IOException;

  /**
   * Begins anew, as after the file was moved. What was there goes on if that fails.
   *
   * @return whether what follows goes to another place than what came before
   */
  boolean reopen() throws IOException;

  /** Gives up what it holds; a later write takes it again. */
  void close() throws IOException;
}
