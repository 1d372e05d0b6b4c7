package dev.lblc.gateway.log;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Standard output, or what a test has in its place. It stays open. */
final class StreamTarget implements LineTarget {
  private final String name;
  private final OutputStream stream;

  StreamTarget(String name, OutputStream stream) {
    this.name = name;
    this.stream = stream;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void write(ByteBuffer octets) throws IOException {
    stream.write(octets.array(), octets.arrayOffset() + octets.position(), octets.remaining());
    stream.flush();
    octets.position(octets.limit());
  }

  @Override
  public boolean reopen() {
    return false; // there is nothing that could have been moved
  }

  @Override
  public void close() {
    // Others write to it, too.
  }
}
