package dev.lblc.gateway.net;

import io.netty.channel.ChannelConfig;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/**
 * The sizes of the buffers that sockets of one event loop read into: as large as what comes, within limits, so that bulk
 * transfers take few system calls and short messages little memory. While much waits for peers that do not read, they are
 * small for all. Confined to the event loop.
 */
public final class ReadSizes extends DefaultMaxMessagesRecvByteBufAllocator {
  private static final int SMALLEST = 1 << 10;
  private static final int FIRST = 1 << 13;
  private static final int LARGEST = 1 << 19;

  /** The largest on a socket that others read now: Vert.x lets some fifty buffers wait for a peer that takes no more. */
  private static final int LARGEST_OF_OTHERS = 1 << 14;

  /** What fills a buffer is mostly bulk. */
  private static final int GROWTH = 16;

  /** Above that, buffers are small; what waits beyond it is a few KiB for each direction of a session. */
  private static final long MOST_WAITING = 64L << 20;

  private long waiting;

  /** Creates the sizes of a loop on which nothing waits. */
  public ReadSizes() {}

  /** Notes that so many bytes more, or less, wait for a peer. */
  public void waits(long bytes) {
    waiting += bytes;
  }

  @Override
  public ExtendedHandle newHandle() {
    return new Guess();
  }

  /** One socket's: grows when a buffer was filled, and is halved when two in a row were filled by less than half. */
  private final class Guess extends MaxMessageHandle {
    private int size = FIRST;
    private boolean wasLarge;
    private boolean isOfOthers;

    /** A channel that gets other sizes, as one that Vert.x takes over, keeps the handle that it has. */
    @Override
    public void reset(ChannelConfig config) {
      super.reset(config);
      isOfOthers = config.getRecvByteBufAllocator() != ReadSizes.this;
    }

    @Override
    public int guess() {
      if (isOfOthers) {
        return Math.min(size, LARGEST_OF_OTHERS);
      }
      return waiting > MOST_WAITING ? Math.min(size, FIRST) : size;
    }

    @Override
    public void lastBytesRead(int bytes) {
      super.lastBytesRead(bytes);
      if (bytes == attemptedBytesRead()) {
        size = Math.min(size * GROWTH, LARGEST);
        wasLarge = false;
      } else if (bytes < size / 2) {
        if (wasLarge) {
          size = Math.max(size / 2, SMALLEST);
        }
        wasLarge = !wasLarge;
      } else {
        wasLarge = false;
      }
    }
  }
}
