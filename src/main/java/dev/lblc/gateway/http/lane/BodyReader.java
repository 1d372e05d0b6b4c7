package dev.lblc.gateway.http.lane;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * The body of one message as it is read: says how much of what has come belongs to it, checks its chunks, and reads its trailers.
 * Serves one body after another. Confined to one thread.
 *
 * <pre>
 *   begin(framing)
 *   while not isDone, not isFaulty:   length = take(in)   pass on that many octets of in
 *                                     take is 0           readTrailers(in), or more has to come
 * </pre>
 */
final class BodyReader {
  private enum State {
    SIZED,
    CHUNKED,
    TRAILERS,
    UNTIL_CLOSE,
    DONE,
    FAULTY
  }

  private final HeadBuffers buffers;
  private final HeadLimits limits;
  private State state = State.DONE;
  private long left;
  private long taken;
  private boolean isChunked;
  private @Nullable ChunkScanner chunks;
  private @Nullable HeadBuffer trailers;

  /** Creates a reader with no body; {@code limits} are those of trailers. */
  BodyReader(HeadBuffers buffers, HeadLimits limits) {
    this.buffers = buffers;
    this.limits = limits;
  }

  /** Begins a body: its length, {@link Framing#CHUNKED} or {@link Framing#UNTIL_CLOSE}. */
  void begin(long framing) {
    taken = 0;
    isChunked = framing == Framing.CHUNKED;
    if (framing == Framing.CHUNKED) {
      state = State.CHUNKED;
      scanner().begin();
    } else if (framing == Framing.UNTIL_CLOSE) {
      state = State.UNTIL_CLOSE;
    } else {
      left = framing;
      state = framing == 0 ? State.DONE : State.SIZED;
    }
  }

  /** Returns whether the body has come, with its trailers. */
  boolean isDone() {
    return state == State.DONE;
  }

  /** Returns whether it is no body. */
  boolean isFaulty() {
    return state == State.FAULTY;
  }

  /** Returns whether it comes in chunks. */
  boolean isChunked() {
    return isChunked;
  }

  /** Returns how many octets of data have come; the framing of chunks does not count. */
  long received() {
    return isChunked ? scanner().data() : taken;
  }

  /** Returns whether the end of the connection is the end of the body. */
  boolean endsWithConnection() {
    return state == State.UNTIL_CLOSE;
  }

  /** Returns how many octets, from the first that is readable, are to be passed on now; 0: none of them. */
  int take(ByteBuf in) {
    int readable = in.readableBytes();
    switch (state) {
      case SIZED -> {
        int come = (int) Math.min(left, readable);
        left -= come;
        taken += come;
        if (left == 0) {
          state = State.DONE;
        }
        return come;
      }
      case CHUNKED -> {
        ChunkScanner scanner = scanner();
        int from = in.readerIndex();
        int end = scanner.scan(in, from, from + readable);
        chunksScanned(scanner);
        return scanner.isFaulty() ? 0 : end - from;
      }
      case UNTIL_CLOSE -> {
        taken += readable;
        return readable;
      }
      case TRAILERS, DONE, FAULTY -> {
        return 0;
      }
    }
    throw new IllegalStateException(state.name());
  }

  /**
   * Goes over the framing of chunks, and over no data.
   *
   * @return how many octets of data, from the first that is then readable, are to be passed on; 0: none has come
   */
  int takeData(ByteBuf in) {
    ChunkScanner scanner = scanner();
    while (state == State.CHUNKED && in.isReadable()) {
      int from = in.readerIndex();
      boolean isData = scanner.isInData();
      int end = scanner.scanRun(in, from, in.writerIndex());
      chunksScanned(scanner);
      if (isData) {
        return end - from;
      }
      in.readerIndex(end);
    }
    return 0;
  }

  private void chunksScanned(ChunkScanner scanner) {
    if (scanner.isFaulty()) {
      state = State.FAULTY;
    } else if (scanner.isDone()) {
      state = State.TRAILERS;
      trailers = buffers.takeForTrailers(limits);
    }
  }

  /** Reads the trailers on, if it is their turn. */
  void readTrailers(ByteBuf in) {
    HeadBuffer reading = trailers;
    if (state == State.TRAILERS && reading != null) {
      switch (reading.read(in)) {
        case MORE -> {}
        case WHOLE -> state = State.DONE;
        case FAULTY -> state = State.FAULTY;
      }
    }
  }

  /** Returns the trailers of a body that is done; null: it has none. */
  @Nullable
  HeadBuffer trailers() {
    return isDone() && trailers != null && trailers.parser().count() > 0 ? trailers : null;
  }

  /** Gives up what it holds: the trailers are no longer needed, or will not come. */
  void release() {
    if (trailers != null) {
      buffers.giveBack(trailers);
      trailers = null;
    }
  }

  private ChunkScanner scanner() {
    ChunkScanner scanner = chunks;
    if (scanner == null) {
      scanner = new ChunkScanner();
      chunks = scanner;
    }
    return scanner;
  }
}
