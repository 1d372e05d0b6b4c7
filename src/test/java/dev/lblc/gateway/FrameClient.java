package dev.lblc.gateway;

import dev.lblc.testing.Eventually;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/** A client of HTTP/2 in clear text that sends frames as the test says, and notes what comes. */
final class FrameClient implements Closeable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  static final int END_STREAM = 1;
  static final int ACK = 1;
  static final int END_HEADERS = 4;

  static final int PROTOCOL_ERROR = 1;
  static final int REFUSED_STREAM = 7;
  static final int ENHANCE_YOUR_CALM = 11;

  static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int LARGEST_FRAME = 16_384;
  private static final int LARGEST_SHORT_LENGTH = 127;

  /** A frame that has come. */
  record Frame(int type, int flags, int stream, Buffer payload) {
    boolean isEnd() {
      return (type == DATA || type == HEADERS) && (flags & END_STREAM) != 0;
    }

    /** Returns the error code of RST_STREAM, or of GOAWAY. */
    int code() {
      return payload.getInt(type == GOAWAY ? 4 : 0);
    }
  }

  private final Socket socket;
  private final List<Frame> frames = new CopyOnWriteArrayList<>();
  private final Thread reader;
  private volatile boolean isReading = true;

  /** Connects, and says nothing. */
  FrameClient(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    reader = new Thread(this::read, "frames");
    reader.setDaemon(true);
  }

  /** Connects, and begins HTTP/2 with a window of that size for each answer. */
  static FrameClient begun(int port, int window) throws IOException {
    FrameClient client = new FrameClient(port);
    client.reader.start();
    client.begin(window);
    return client;
  }

  /** The same, but nothing of what comes is read. */
  static FrameClient deaf(int port) throws IOException {
    FrameClient client = new FrameClient(port);
    client.begin(65_535);
    return client;
  }

  /** In one piece: the reader may answer the gateway's settings at any time from the preface on. */
  private void begin(int window) throws IOException {
    ByteArrayOutputStream settings = new ByteArrayOutputStream();
    settings.write(0);
    settings.write(INITIAL_WINDOW_SIZE);
    settings.writeBytes(four(window));
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.writeBytes(PREFACE.getBytes(StandardCharsets.US_ASCII));
    both.writeBytes(bytes(SETTINGS, 0, 0, settings.toByteArray()));
    send(both.toByteArray());
  }

  void listen() {
    reader.start();
  }

  synchronized void send(byte[] octets) throws IOException {
    socket.getOutputStream().write(octets);
  }

  void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    send(bytes(type, flags, stream, payload));
  }

  static byte[] bytes(int type, int flags, int stream, byte[] payload) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(payload.length >> 16);
    out.write(payload.length >> 8);
    out.write(payload.length);
    out.write(type);
    out.write(flags);
    out.writeBytes(four(stream));
    out.writeBytes(payload);
    return out.toByteArray();
  }

  /** Sends a request; the fields are names and values in turn, beside those of a GET of that path. */
  void get(int stream, String path, String... more) throws IOException {
    frame(HEADERS, END_STREAM | END_HEADERS, stream, head("GET", path, more));
  }

  /** Sends the head of a request whose body follows. */
  void post(int stream, String path, String... more) throws IOException {
    frame(HEADERS, END_HEADERS, stream, head("POST", path, more));
  }

  /** Sends so much of a body, in frames of the largest size, the last of them with those flags. */
  void data(int stream, int flags, byte[] octets) throws IOException {
    for (int at = 0; at < octets.length; at += LARGEST_FRAME) {
      int end = Math.min(octets.length, at + LARGEST_FRAME);
      frame(DATA, end == octets.length ? flags : 0, stream, Arrays.copyOfRange(octets, at, end));
    }
  }

  static byte[] head(String method, String path, String... more) {
    List<String> fields = new ArrayList<>(
        List.of(":method", method, ":scheme", "http", ":path", path, ":authority", "localhost"));
    fields.addAll(List.of(more));
    return fields(fields.toArray(String[]::new));
  }

  static byte[] fields(String... fields) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < fields.length; i += 2) {
      out.write(0); // a literal that goes into no table
      text(fields[i], out);
      text(fields[i + 1], out);
    }
    return out.toByteArray();
  }

  private static void text(String text, ByteArrayOutputStream out) {
    int length = text.length();
    if (length < LARGEST_SHORT_LENGTH) {
      out.write(length);
    } else {
      out.write(LARGEST_SHORT_LENGTH);
      int rest = length - LARGEST_SHORT_LENGTH;
      while (rest > LARGEST_SHORT_LENGTH) {
        out.write(rest % 128 + 128);
        rest /= 128;
      }
      out.write(rest);
    }
    out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  static byte[] four(int number) {
    return new byte[] {
      (byte) (number >> 24), (byte) (number >> 16), (byte) (number >> 8), (byte) number
    };
  }

  private static int number(byte[] from, int at) {
    return (from[at] & 0xff) << 24
        | (from[at + 1] & 0xff) << 16
        | (from[at + 2] & 0xff) << 8
        | (from[at + 3] & 0xff);
  }

  private void read() {
    try {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      while (true) {
        byte[] head = in.readNBytes(9);
        if (head.length < 9) {
          break;
        }
        int length = (head[0] & 0xff) << 16 | (head[1] & 0xff) << 8 | (head[2] & 0xff);
        Frame frame = new Frame(
            head[3],
            head[4],
            number(head, 5) & Integer.MAX_VALUE,
            Buffer.buffer(in.readNBytes(length)));
        frames.add(frame);
        if (frame.type == SETTINGS && (frame.flags & ACK) == 0) {
          frame(SETTINGS, ACK, 0, new byte[0]);
        }
      }
    } catch (IOException e) {
      frames.add(new Frame(-1, 0, 0, Buffer.buffer())); // reset, which is an end, too
    } finally {
      isReading = false;
    }
  }

  /** Returns the frames that have come so far. */
  List<Frame> frames() {
    return frames;
  }

  /** Waits for a frame. */
  Frame await(String what, Predicate<Frame> wanted) throws Exception {
    Eventually.holds(what, () -> frames.stream().anyMatch(wanted));
    return frames.stream().filter(wanted).findFirst().orElseThrow();
  }

  Frame await(int type, int stream) throws Exception {
    return await(
        "a frame of type " + type + " on stream " + stream,
        frame -> frame.type == type && frame.stream == stream);
  }

  /** Waits until the connection has ended. */
  void awaitEnd() throws Exception {
    Eventually.holds("the connection ends", () -> !isReading);
  }

  /** Returns the data that have come on a stream. */
  String data(int stream) {
    StringBuilder data = new StringBuilder();
    for (Frame frame : frames) {
      if (frame.type == DATA && frame.stream == stream) {
        data.append(frame.payload.toString(StandardCharsets.ISO_8859_1));
      }
    }
    return data.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
