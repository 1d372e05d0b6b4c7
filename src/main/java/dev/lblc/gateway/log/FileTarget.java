package dev.lblc.gateway.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * A file that lines are appended to. Each write goes to the end of the file as it is then, so that two gateways may write to one file,
 * and the file may be truncated.
 */
final class FileTarget implements LineTarget {
  private final Path file;
  private @Nullable FileChannel channel;
  private @Nullable Object key; // says which file it is, whatever its name is now

  private FileTarget(Path file) {
    this.file = file;
  }

  /** Opens a file, and makes it if it is not there. */
  static FileTarget open(Path file) throws IOException {
    FileTarget target = new FileTarget(file);
    FileChannel unused = target.opened();
    return target;
  }

  private FileChannel opened() throws IOException {
    FileChannel opened = FileChannel.open(
        file, StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    key = key();
    channel = opened;
    return opened;
  }

  private @Nullable Object key() {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (IOException e) { // moved in this moment: the next file is another one
      return null;
    }
  }

  @Override
  public String name() {
    return file.toString();
  }

  @Override
  public void write(ByteBuffer octets) throws IOException {
    FileChannel open = channel;
    if (open == null) {
      open = opened();
    }
    int unused = open.write(octets);
  }

  @Override
  public boolean reopen() throws IOException {
    FileChannel before = channel;
    if (before == null) {
      return true;
    }
    Object keyBefore = key;
    FileChannel unused = opened();
    before.close();
    return keyBefore == null || !keyBefore.equals(key);
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
