package dev.lblc.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** The text of a configuration file. */
public final class ConfigFile {
  /** Far beyond any configuration, and little enough to hold in memory. */
  private static final int MOST_BYTES = 16 << 20;

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private ConfigFile() {}

  /**
   * Returns the text of a file, without a byte-order mark, which some editors put at the beginning. Blocks.
   *
   * @throws ConfigException if the file cannot be read, is not UTF-8 or far too large
   */
  public static String text(Path file) throws ConfigException {
    if (Files.isDirectory(file)) {
      throw unreadable(file, "a folder");
    }
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      // Pipes and devices have no size to ask for.
      bytes = in.readNBytes(MOST_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw unreadable(file, "no such file");
    } catch (AccessDeniedException e) {
      throw unreadable(file, "no permission to read it");
    } catch (FileSystemException e) {
      throw unreadable(file, e.getReason() == null ? "cannot be opened" : e.getReason());
    } catch (IOException e) {
      throw unreadable(file, String.valueOf(e.getMessage()));
    }
    if (bytes.length > MOST_BYTES) {
      throw unreadable(file, "more than " + MOST_BYTES + " bytes");
    }
    try {
      String text =
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.indexOf(BYTE_ORDER_MARK) == 0 ? text.substring(1) : text;
    } catch (CharacterCodingException e) {
      throw unreadable(file, isUtf16(bytes) ? "UTF-16, not UTF-8" : "not UTF-8");
    }
  }

  /** Returns whether the bytes begin as UTF-16 does: some Windows programs write it by default. */
  private static boolean isUtf16(byte[] bytes) {
    int mark = bytes.length < 2 ? 0 : (bytes[0] & 0xff) << 8 | (bytes[1] & 0xff);
    return mark == 0xfffe || mark == 0xfeff;
  }

  private static ConfigException unreadable(Path file, String found) {
    return new ConfigException(
        List.of(new ConfigError(file.toString(), JsonPath.ROOT, found, "a readable file of JSON")));
  }
}
