package dev.lblc.boot;

import dev.lblc.plugin.DestinationStatus;
import dev.lblc.plugin.LblcService;
import dev.lblc.plugin.ServiceStatus;
import dev.lblc.plugin.ServiceStatus.ServerStatus;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * The file in which destination tables outlast a restart.
 *
 * <pre>
 *   "lblcstat"  version:4  written:8 (milliseconds since 1970)
 *   for each service:      1  name  strategy  servers:4  (id host port:4) each
 *     for each entry:      1  destination  idle:8 (milliseconds)  homes:4  (index of the server:4) each
 *     0
 *   0
 *   CRC-32C of all before:8
 * </pre>
 *
 * <p>Texts are their length in octets and UTF-8. A home is a server by its id and address: the same id at another address is
 * another server, whose cache is cold. Nothing is read of a file whose checksum does not fit. Destinations may be URLs with
 * secrets in them: nobody but the owner can read the file.
 */
final class StateFile {
  /** Raised with each change of the form. */
  static final int VERSION = 1;

  private static final byte[] MAGIC = "lblcstat".getBytes(StandardCharsets.US_ASCII);

  /** A million destinations with keys of 200 octets; what is beyond it is not kept. */
  private static final long MOST_WRITTEN = 256L << 20;

  private static final long MOST_READ = 2 * MOST_WRITTEN;

  private static final int LONGEST_TEXT = 1 << 20;
  private static final int MOST_SERVERS = 1 << 16;
  private static final int CHECKSUM = Long.BYTES;
  private static final int PAGE = 1_000;
  private static final int BUFFER = 1 << 16;

  /** Takes what was read. */
  interface Restored {
    /** Takes some entries of a service. */
    void entries(Saved service, List<DestinationStatus> entries);
  }

  /**
   * A service as it was.
   *
   * @param strategy its strategy's name
   * @param addresses host and port of each server, by id
   */
  record Saved(String name, String strategy, Map<String, String> addresses) {}

  private StateFile() {}

  /**
   * Writes the tables of services: to a temporary file beside it, to the disk, and then in its place. Blocks.
   *
   * @param epochMillis now
   * @return how many entries were written
   */
  static long write(Path file, Iterable<LblcService> services, long epochMillis)
      throws IOException {
    Path target = file.toAbsolutePath();
    Path temporary = target.resolveSibling(target.getFileName() + ".tmp");
    Files.deleteIfExists(temporary);
    long entries;
    try (FileChannel channel = FileChannel.open(
        temporary,
        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
        ownersOnly(temporary))) {
      CheckedOutputStream checked =
          new CheckedOutputStream(Channels.newOutputStream(channel), new CRC32C());
      DataOutputStream out = new DataOutputStream(new BufferedOutputStream(checked, BUFFER));
      entries = write(out, services, epochMillis);
      out.flush();
      out.writeLong(checked.getChecksum().getValue());
      out.flush();
      channel.force(true);
    }
    Files.move(
        temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    syncFolder(target);
    return entries;
  }

  /**
   * Reads a file; nothing of it is handed out before all of it was checked. Blocks.
   *
   * @param epochMillis now; how long entries were idle includes the time since the file was written
   * @throws IOException if it cannot be read, is broken, or of another version: the message says which
   */
  static void read(Path file, long epochMillis, Restored to) throws IOException {
    check(file);
    try (InputStream opened = Files.newInputStream(file);
        DataInputStream in = new DataInputStream(new BufferedInputStream(opened, BUFFER))) {
      in.skipNBytes(MAGIC.length + Integer.BYTES);
      long since = Math.max(0, epochMillis - in.readLong());
      while (in.readByte() != 0) {
        readService(in, since, to);
      }
    } catch (EOFException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new IOException("it is broken: " + e, e);
    }
  }

  private static void check(Path file) throws IOException {
    long size = Files.size(file);
    if (size < MAGIC.length + Integer.BYTES + CHECKSUM || size > MOST_READ) {
      throw new IOException("it is broken: " + size + " octets");
    }
    try (InputStream opened = Files.newInputStream(file);
        CheckedInputStream checked =
            new CheckedInputStream(new BufferedInputStream(opened, BUFFER), new CRC32C());
        DataInputStream in = new DataInputStream(checked)) {
      if (!Arrays.equals(in.readNBytes(MAGIC.length), MAGIC)) {
        throw new IOException("it is no state file");
      }
      int version = in.readInt();
      if (version != VERSION) {
        throw new IOException("it has version " + version + " (expected: " + VERSION + ")");
      }
      in.skipNBytes(size - MAGIC.length - Integer.BYTES - CHECKSUM);
      long sum = checked.getChecksum().getValue();
      if (in.readLong() != sum) {
        throw new IOException("it is broken: its checksum does not fit");
      }
    }
  }

  private static long write(DataOutputStream out, Iterable<LblcService> services, long epochMillis)
      throws IOException {
    long entries = 0;
    out.write(MAGIC);
    out.writeInt(VERSION);
    out.writeLong(epochMillis);
    for (LblcService service : services) {
      ServiceStatus status = service.status();
      out.writeByte(1);
      text(out, service.name());
      text(out, status.strategy());
      Map<String, Integer> places = servers(out, status.servers());
      entries += entries(out, service, places);
      out.writeByte(0);
    }
    out.writeByte(0);
    return entries;
  }

  private static Map<String, Integer> servers(DataOutputStream out, List<ServerStatus> servers)
      throws IOException {
    Map<String, Integer> places = new HashMap<>();
    out.writeInt(servers.size());
    for (ServerStatus server : servers) {
      places.put(server.id(), places.size());
      text(out, server.id());
      text(out, server.host());
      out.writeInt(server.port());
    }
    return places;
  }

  /** Writes page by page: a decision waits for one bucket of the table at most. */
  private static long entries(
      DataOutputStream out, LblcService service, Map<String, Integer> places) throws IOException {
    long written = 0;
    @Nullable String after = null;
    List<DestinationStatus> page = service.destinations(PAGE, after);
    while (!page.isEmpty() && out.size() < MOST_WRITTEN) {
      for (DestinationStatus entry : page) {
        written += entry(out, entry, places);
        after = entry.destination();
      }
      page = service.destinations(PAGE, after);
    }
    return written;
  }

  private static int entry(
      DataOutputStream out, DestinationStatus entry, Map<String, Integer> places)
      throws IOException {
    List<Integer> homes = new ArrayList<>();
    for (String home : entry.homes()) {
      Integer place = places.get(home);
      if (place != null) { // else it came, or went, while the file is written
        homes.add(place);
      }
    }
    if (homes.isEmpty()) {
      return 0;
    }
    out.writeByte(1);
    text(out, entry.destination());
    out.writeLong(entry.idleMillis());
    out.writeInt(homes.size());
    for (int home : homes) {
      out.writeInt(home);
    }
    return 1;
  }

  private static void readService(DataInputStream in, long since, Restored to) throws IOException {
    String name = text(in);
    String strategy = text(in);
    int count = count(in);
    List<String> ids = new ArrayList<>();
    Map<String, String> addresses = new HashMap<>();
    for (int i = 0; i < count; i++) {
      String id = text(in);
      ids.add(id);
      addresses.put(id, address(text(in), in.readInt()));
    }
    Saved service = new Saved(name, strategy, addresses);
    List<DestinationStatus> batch = new ArrayList<>();
    while (in.readByte() != 0) {
      batch.add(readEntry(in, ids, since));
      if (batch.size() == PAGE) {
        to.entries(service, List.copyOf(batch));
        batch.clear();
      }
    }
    to.entries(service, List.copyOf(batch));
  }

  private static DestinationStatus readEntry(DataInputStream in, List<String> ids, long since)
      throws IOException {
    String destination = text(in);
    long idle = in.readLong() + since;
    int count = count(in);
    List<String> homes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      homes.add(ids.get(in.readInt()));
    }
    return new DestinationStatus(destination, homes, idle);
  }

  /** Returns what two servers of the same id have in common if they are the same. */
  static String address(String host, int port) {
    return host + " " + port;
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(octets.length);
    out.write(octets);
  }

  private static String text(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > LONGEST_TEXT) {
      throw new IOException("it is broken: a text of " + length + " octets");
    }
    byte[] octets = new byte[length];
    in.readFully(octets);
    return new String(octets, StandardCharsets.UTF_8);
  }

  private static int count(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > MOST_SERVERS) {
      throw new IOException("it is broken: " + count + " servers");
    }
    return count;
  }

  private static FileAttribute<?>[] ownersOnly(Path file) {
    return file.getFileSystem().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }

  /** Else the new name might not be there after a loss of power. Windows cannot open folders. */
  private static void syncFolder(Path target) throws IOException {
    if (FileSystems.getDefault().supportedFileAttributeViews().contains("posix")) {
      try (FileChannel folder = FileChannel.open(target.getParent(), StandardOpenOption.READ)) {
        folder.force(true);
      }
    }
  }
}
