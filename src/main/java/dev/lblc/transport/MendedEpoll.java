package dev.lblc.transport;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Netty's epoll of one event loop, without two of its faults (of 4.2.18), which both break connections that are sound:
 *
 * <ul>
 *   <li>A socket of which nothing is awaited is taken out of epoll, and not put in again: the next wish to read, or to go on writing,
 *       fails and closes it. So it stays in, and only its failure is awaited, which is told once.
 *   <li>One turn of a loop learns of many events at once. If the first of them closes a socket, and a new one gets its number, that
 *       one gets the events of the old one, such as its end. So a socket has no event in the turn in which it was registered.
 * </ul>
 *
 * <p>Confined to the thread of its loop, but for {@link #wakeup} and for registrations.
 */
final class MendedEpoll extends ForwardingIoHandler {
  /** How many turns the loop has begun. */
  private long turn;

  private MendedEpoll(IoHandler original) {
    super(original);
  }

  /** Returns what makes one for each loop; epoll has to be available. */
  static IoHandlerFactory factory() {
    return factory(EpollIoHandler.newFactory());
  }

  /** Returns the same for an epoll of the caller's. */
  static IoHandlerFactory factory(IoHandlerFactory originals) {
    return factory(originals, MendedEpoll::new);
  }

  @Override
  public int run(IoHandlerContext context) {
    turn++;
    return super.run(context);
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    Registered registered = new Registered((EpollIoHandle) handle, turn);
    registered.registration = original.register(registered);
    return registered;
  }

  /** A socket, as the original sees it; and its registration, as the socket sees that. */
  @SuppressWarnings("try") // what close throws is the original's to handle
  private final class Registered implements EpollIoHandle, IoRegistration {
    private final EpollIoHandle socket;
    private final long since;
    private @Nullable IoRegistration registration;
    private boolean isAdded;

    Registered(EpollIoHandle socket, long since) {
      this.socket = socket;
      this.since = since;
    }

    private IoRegistration registration() {
      IoRegistration known = registration;
      if (known == null) {
        throw new IllegalStateException("not registered yet");
      }
      return known;
    }

    @Override
    public FileDescriptor fd() {
      return socket.fd();
    }

    @Override
    public void handle(IoRegistration from, IoEvent event) {
      if (since != turn) {
        socket.handle(this, event);
      }
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

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // Netty's signature
    public <T> T attachment() {
      return registration().attachment();
    }

    @Override
    public long submit(IoOps awaited) {
      if (EpollIoOps.NONE.equals(awaited)) {
        return isAdded ? registration().submit(EpollIoOps.EPOLLET) : 0;
      }
      isAdded = true;
      return registration().submit(awaited);
    }

    @Override
    public boolean isValid() {
      return registration().isValid();
    }

    @Override
    public boolean cancel() {
      return registration().cancel();
    }
  }
}
