package dev.lblc.boot;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What files held when they were looked at. Two are equal if the same files held the same. Immutable.
 *
 * @param digests SHA-256 of each file's content; of a file that could not be read, why
 */
record FileContents(Map<Path, String> digests) {
  static final FileContents NONE = new FileContents(Map.of());

  /** Copies the map. */
  FileContents {
    digests = Map.copyOf(digests);
  }

  /** Reads files. Only regular ones: to read a pipe would be to wait for whoever writes to it. */
  static FileContents of(Collection<Path> files) {
    Map<Path, String> digests = new LinkedHashMap<>();
    files.forEach(file -> digests.put(file, digest(file)));
    return new FileContents(digests);
  }

  /** Returns these and those of other files; what both have is as it is here. */
  FileContents with(FileContents others) {
    Map<Path, String> all = new LinkedHashMap<>(others.digests);
    all.putAll(digests);
    return new FileContents(all);
  }

  Set<Path> files() {
    return digests.keySet();
  }

  private static String digest(Path file) {
    if (!Files.isRegularFile(file)) {
      return "no regular file";
    }
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      in.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), sha));
      return HexFormat.of().formatHex(sha.digest());
    } catch (IOException e) {
      return e.toString();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
