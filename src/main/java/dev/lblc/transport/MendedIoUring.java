package dev.lblc.transport;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoRegistration;
import io.netty.channel.uring.IoUringIoEvent;
import io.netty.channel.uring.IoUringIoHandle;
import io.netty.channel.uring.IoUringIoHandler;

/**
 * Netty's io_uring of one event loop, without a fault (of 4.2.18) that has a connection stay open that its peer has reset: data and
 * reset that come together are told in the order end, data, and with the data the kernel says that nothing is behind it, which is
 * true of an end in order alone. Netty then awaits what it has been told already. So of a socket whose peer has ended, each read
 * that has found data is followed by another one.
 *
 * <p>Confined to the thread of its loop, but for {@link #wakeup} and for registrations.
 */
final class MendedIoUring extends ForwardingIoHandler {
  // of Linux's include/uapi/linux/io_uring.h and poll.h
  private static final byte POLL_ADD = 6;
  private static final byte RECV = 27;
  private static final int MORE_TO_READ = 1 << 2;
  private static final int PEER_ENDED = 0x2000;

  private MendedIoUring(IoHandler original) {
    super(original);
  }

  /** Returns what makes one for each loop; io_uring has to be available. */
  static IoHandlerFactory factory() {
    return factory(IoUringIoHandler.newFactory(), MendedIoUring::new);
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    return original.register(new Registered((IoUringIoHandle) handle));
  }

  /** A socket, as the original sees it. */
  @SuppressWarnings("try") // what close throws is the original's to handle
  private static final class Registered implements IoUringIoHandle {
    private final IoUringIoHandle socket;
    private boolean hasPeerEnded;

    Registered(IoUringIoHandle socket) {
      this.socket = socket;
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
      socket.handle(from, mended((IoUringIoEvent) event));
    }

    private IoUringIoEvent mended(IoUringIoEvent event) {
      if (event.opcode() == POLL_ADD && event.res() > 0 && (event.res() & PEER_ENDED) != 0) {
        hasPeerEnded = true;
      } else if (hasPeerEnded && event.opcode() == RECV && event.res() > 0) {
        return new IoUringIoEvent(
            event.res(), event.flags() | MORE_TO_READ, event.opcode(), event.userData());
      }
      return event;
    }

    @Override
    public void registered() {
      socket.registered();
    }

    @Override
    public void unregistered() {
      socket.unregistered();
    }

    @Override
    public void close() throws Exception {
      socket.close();
    }
  }
}
