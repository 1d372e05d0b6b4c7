package dev.lblc.gateway.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file that lines are appended to. Each write goes to the end of the file as it is then, so that two gateways may write to one file,
 * and the file may be truncated.
 */
final class FileTarget implements LineTarget {
  private final Path file;
  private @Nullable FileChannel channel;

  private FileTarget(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Opens a file, and makes it if it is not there. */
  static FileTarget open(Path file) throws IOException {
    return new FileTarget(file, channel(file));
  }

  private static FileChannel channel(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public void write(ByteBuffer octets) throws IOException {
    FileChannel open = channel;
    if (open == null) {
      open = channel(file);
      channel = open;
    }
    int unused = open.write(octets);
  }

  @Override
  public void reopen() throws IOException {
    FileChannel before = channel;
    if (before != null) {
      channel = channel(file);
      before.close();
    }
  }

  @Override
  public void close() throws IOException {
    FileChannel open = channel;
    channel = null;
    if (open != null) {
      open.close();
    }
  }
}
