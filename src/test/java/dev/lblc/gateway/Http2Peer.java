package dev.lblc.gateway;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One end of a connection of HTTP/2 whose frames the test writes and reads itself, a server's or a client's. Waits for at most 10 s
 * for what is to come. Settings and pings are acknowledged, and room is given for all that comes, unless the test says otherwise.
 */
final class Http2Peer implements AutoCloseable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;

  static final int END_STREAM = 1;
  static final int ACK = 1;
  static final int END_HEADERS = 4;
  static final int PADDED = 8;

  static final int MAX_CONCURRENT_STREAMS = 3;
  static final int INITIAL_WINDOW_SIZE = 4;
  static final int MAX_HEADER_LIST_SIZE = 6;

  static final int NO_ERROR = 0;
  static final int PROTOCOL_ERROR = 1;
  static final int INTERNAL_ERROR = 2;
  static final int REFUSED_STREAM = 7;
  static final int CANCEL = 8;

  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int PATIENCE_MILLIS = 10_000;
  private static final int MOST_FRAME = 16_384;
  private static final int FIRST_WINDOW = 65_535;

  /** What has come on one stream. */
  final class Stream {
    private final int id;
    private final List<Http2Headers> heads = new ArrayList<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private boolean isEnded;
    private int code = -1;
    private int room;
    private int sent;

    Stream(int id) {
      this.id = id;
    }

    int id() {
      return id;
    }

    /** Returns a field of the last head that has come; null: it has none of that name. */
    @Nullable
    String field(String name) {
      CharSequence value = heads.get(heads.size() - 1).get(name);
      return value == null ? null : value.toString();
    }

    /** Returns the next head, once there are so many. */
    Stream awaitHeads(int count) throws IOException {
      while (heads.size() < count) {
        pump();
      }
      return this;
    }

    /** Returns the status behind those of interim answers. */
    String awaitStatus() throws IOException {
      while (heads.isEmpty() || String.valueOf(field(":status")).startsWith("1")) {
        pump();
      }
      return String.valueOf(field(":status"));
    }

    /** Waits for so much of the body. */
    Stream awaitBody(int octets) throws IOException {
      while (body.size() < octets) {
        pump();
      }
      return this;
    }

    Stream awaitEnd() throws IOException {
      while (!isEnded) {
        pump();
      }
      return this;
    }

    /** Waits for the other end to end its side, or the stream. */
    Stream awaitOver() throws IOException {
      while (!isEnded && code < 0) {
        pump();
      }
      return this;
    }

    /** Returns the code that the stream is reset with. */
    int awaitReset() throws IOException {
      while (code < 0) {
        pump();
      }
      return code;
    }

    /** Returns the code that the stream was reset with so far; negative: it was not. */
    int code() {
      return code;
    }

    boolean isEnded() {
      return isEnded;
    }

    int heads() {
      return heads.size();
    }

    String body() {
      return body.toString(StandardCharsets.ISO_8859_1);
    }

    /** Returns how much room the other end has given beside the first window. */
    int room() {
      return room;
    }

    /** Sends a head, or trailers; the fields are {@code name: value}. */
    Stream head(boolean isEnd, String... fields) throws IOException {
      sendHead(id, isEnd, fields);
      return this;
    }

    /** Returns how much of it the other end has room for, as far as is known. */
    int left() {
      return settings.getOrDefault(INITIAL_WINDOW_SIZE, FIRST_WINDOW) + room - sent;
    }

    /** Waits until the other end has room for so much, on the stream and on the connection as a whole. */
    Stream awaitRoom(int octets) throws IOException {
      while (left() < octets || roomLeft < octets) {
        pump();
      }
      return this;
    }

    /** Sends a part of the body, whether there is room or not. */
    Stream data(boolean isEnd, String text) throws IOException {
      sent += text.length();
      frame(DATA, isEnd ? END_STREAM : 0, id, text.getBytes(StandardCharsets.ISO_8859_1));
      return this;
    }

    Stream reset(int why) throws IOException {
      frame(RST_STREAM, 0, id, number(why));
      return this;
    }

    /** Gives room for so much more. */
    Stream give(int octets) throws IOException {
      frame(WINDOW_UPDATE, 0, id, number(octets));
      return this;
    }
  }

  private final Socket socket;
  private final DataInputStream in;
  private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);
  private final Map<Integer, Stream> streams = new TreeMap<>();
  private final Map<Integer, Integer> settings = new TreeMap<>();
  private @Nullable ByteArrayOutputStream block;
  private boolean isLast;
  private boolean isGenerous = true;
  private int accepted;
  private int pongs;
  private int nextId = 1;
  private int roomLeft = FIRST_WINDOW;
  private int goneCode = -1;
  private int lastServed = -1;

  private Http2Peer(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
  }

  /** Connects to a gateway in clear text; the settings are numbers and values in turn. */
  static Http2Peer client(int port, int... settings) throws IOException {
    Http2Peer peer = new Http2Peer(new Socket(InetAddress.getLoopbackAddress(), port));
    peer.socket.getOutputStream().write(PREFACE);
    peer.settings(settings);
    return peer;
  }

  /** Serves a connection of the gateway, whose preface has to come first. */
  static Http2Peer server(Socket accepted, int... settings) throws IOException {
    Http2Peer peer = silentServer(accepted);
    peer.settings(settings);
    return peer;
  }

  /** The same, without settings, which have to be the first that a server sends. */
  static Http2Peer silentServer(Socket accepted) throws IOException {
    Http2Peer peer = new Http2Peer(accepted);
    byte[] preface = new byte[PREFACE.length];
    peer.in.readFully(preface);
    if (!Arrays.equals(preface, PREFACE)) {
      throw new IOException("no preface, but " + new String(preface, StandardCharsets.US_ASCII));
    }
    return peer;
  }

  /** Gives no room by itself from now on. */
  Http2Peer hold() {
    isGenerous = false;
    return this;
  }

  // --- what is sent ---

  void settings(int... pairs) throws IOException {
    ByteBuffer payload = ByteBuffer.allocate(pairs.length * 3);
    for (int i = 0; i < pairs.length; i += 2) {
      payload.putShort((short) pairs[i]).putInt(pairs[i + 1]);
    }
    frame(SETTINGS, 0, 0, payload.array());
  }

  /** Says that no stream behind the last one is served. */
  void goAway(int last, int code) throws IOException {
    frame(GOAWAY, 0, 0, ByteBuffer.allocate(8).putInt(last).putInt(code).array());
  }

  /** Gives room for so much more on the connection as a whole. */
  void give(int octets) throws IOException {
    frame(WINDOW_UPDATE, 0, 0, number(octets));
  }

  /** Begins a request as a client. */
  Stream request(boolean isEnd, String method, String path, String... more) throws IOException {
    Stream stream = new Stream(nextId);
    streams.put(nextId, stream);
    nextId += 2;
    List<String> fields = new ArrayList<>(
        List.of(":method: " + method, ":scheme: http", ":path: " + path, ":authority: h"));
    fields.addAll(List.of(more));
    return stream.head(isEnd, fields.toArray(String[]::new));
  }

  Stream get(String path, String... more) throws IOException {
    return request(true, "GET", path, more);
  }

  private void sendHead(int stream, boolean isEnd, String... fields) throws IOException {
    byte[] all = encoded(stream, fields);
    int from = 0;
    do {
      int to = Math.min(all.length, from + MOST_FRAME);
      int flags = (to == all.length ? END_HEADERS : 0) | (isEnd && from == 0 ? END_STREAM : 0);
      frame(from == 0 ? HEADERS : CONTINUATION, flags, stream, Arrays.copyOfRange(all, from, to));
      from = to;
    } while (from < all.length);
  }

  /** Returns a block of fields. */
  byte[] encoded(int stream, String... fields) throws IOException {
    Http2Headers headers = new DefaultHttp2Headers(false);
    for (String field : fields) {
      int colon = field.indexOf(": ", 1);
      headers.add(field.substring(0, colon), field.substring(colon + 2));
    }
    ByteBuf to = Unpooled.buffer();
    try {
      encoder.encodeHeaders(stream, headers, to);
    } catch (Http2Exception e) {
      throw new IOException(e);
    }
    return ByteBufUtil.getBytes(to);
  }

  void frame(int type, int flags, int stream, byte[] payload) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(9 + payload.length);
    all.put((byte) (payload.length >> 16)).putShort((short) payload.length);
    all.put((byte) type).put((byte) flags).putInt(stream).put(payload);
    socket.getOutputStream().write(all.array());
    if (type == DATA) {
      roomLeft -= payload.length;
    }
  }

  /** Sends frames as they are. */
  void send(byte[] frames) throws IOException {
    socket.getOutputStream().write(frames);
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  // --- what has come ---

  /** Returns the next stream that the gateway has opened, with its head. */
  Stream accept() throws IOException {
    while (true) {
      int wanted = accepted;
      Stream next = streams.values().stream()
          .filter(each -> each.id > wanted && !each.heads.isEmpty())
          .findFirst()
          .orElse(null);
      if (next != null) {
        accepted = next.id;
        return next;
      }
      pump();
    }
  }

  /** Returns the value of a setting of the other end, once it has come. */
  int awaitSetting(int id) throws IOException {
    while (!settings.containsKey(id)) {
      pump();
    }
    return settings.get(id);
  }

  /** Waits until all that was sent so far was read by the other end. */
  void awaitRead() throws IOException {
    frame(PING, 0, 0, new byte[8]);
    pongs++;
    while (pongs > 0) {
      pump();
    }
  }

  /** Waits for the other end to say that it goes away; returns the code. */
  int awaitGoAway() throws IOException {
    while (goneCode < 0) {
      pump();
    }
    return goneCode;
  }

  /** Returns how much room the other end has left for bodies on the connection as a whole, as far as is known. */
  int roomLeft() {
    return roomLeft;
  }

  int lastServed() {
    return lastServed;
  }

  /** Waits for the end of the connection. */
  void awaitClosed() throws IOException {
    try {
      while (true) {
        pump();
      }
    } catch (EOFException | SocketException e) {
      return; // either is an end
    }
  }

  /** Reads one frame. */
  private void pump() throws IOException {
    int length = (in.readUnsignedByte() << 16) | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int id = in.readInt() & Integer.MAX_VALUE;
    byte[] payload = new byte[length];
    in.readFully(payload);
    ByteBuffer values = ByteBuffer.wrap(payload);
    switch (type) {
      case DATA -> dataCame(id, flags, payload);
      case HEADERS, CONTINUATION -> fieldsCame(id, flags, payload);
      case RST_STREAM -> stream(id).code = values.getInt();
      case SETTINGS -> settingsCame(flags, values);
      case PING -> pingCame(flags, payload);
      case GOAWAY -> {
        lastServed = values.getInt();
        goneCode = values.getInt();
      }
      case WINDOW_UPDATE -> {
        if (id == 0) {
          roomLeft += values.getInt();
        } else {
          stream(id).room += values.getInt();
        }
      }
      default -> throw new IOException("frame of type " + type);
    }
  }

  private Stream stream(int id) {
    return streams.computeIfAbsent(id, Stream::new);
  }

  private void dataCame(int id, int flags, byte[] payload) throws IOException {
    Stream to = stream(id);
    to.body.write(payload);
    to.isEnded |= (flags & END_STREAM) != 0;
    if (isGenerous && payload.length > 0) {
      give(payload.length);
      if (!to.isEnded) {
        to.give(payload.length);
      }
    }
  }

  private void fieldsCame(int id, int flags, byte[] payload) throws IOException {
    Stream to = stream(id);
    isLast |= block == null && (flags & END_STREAM) != 0;
    ByteArrayOutputStream all = block == null ? new ByteArrayOutputStream() : block;
    all.write(payload);
    block = all;
    if ((flags & END_HEADERS) != 0) {
      block = null;
      try {
        to.heads.add(decoder.decodeHeaders(id, Unpooled.wrappedBuffer(all.toByteArray())));
      } catch (Http2Exception e) {
        throw new IOException(e);
      }
      to.isEnded |= isLast;
      isLast = false;
    }
  }

  private void settingsCame(int flags, ByteBuffer values) throws IOException {
    if ((flags & ACK) == 0) {
      while (values.hasRemaining()) {
        settings.put((int) values.getShort(), values.getInt());
      }
      frame(SETTINGS, ACK, 0, new byte[0]);
    }
  }

  private void pingCame(int flags, byte[] payload) throws IOException {
    if ((flags & ACK) == 0) {
      frame(PING, ACK, 0, payload);
    } else {
      pongs--;
    }
  }

  /** Ends the connection as a process does that is killed. */
  void kill() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
