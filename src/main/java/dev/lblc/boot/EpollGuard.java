package dev.lblc.boot;

import io.netty.channel.IoEvent;
import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.ThreadAwareExecutor;

/**
 * Netty's epoll for one event loop, with two faults of Netty 4.2 kept away from the sockets. Each made a connection fail once in an
 * hour of mixed load.
 *
 * <ul>
 *   <li>Of the events that one wait has brought, an earlier one may close the socket of a later one. A socket that is opened right
 *       then gets its number, and Netty gives it the event of the closed one: the end of somebody else's connection. A socket has no
 *       events of its own before the next wait; until then they are dropped. Nothing is lost: the kernel tells again of
 *       what is so still.
 *   <li>A socket of which nothing is awaited is taken out of epoll, and not put in again: the next call that awaits
 *       something of it fails. That happens to a connection that its peer has half closed while it was not read. Instead, it stays, and
 *       is to tell of errors alone, once.
 * </ul>
 *
 * <p>Confined to its loop, as far as the handler that it has is.
 */
final class EpollGuard implements IoHandler {
  private final IoHandler original;

  /** Counts the waits. */
  private int wait;

  private EpollGuard(IoHandler original) {
    this.original = original;
  }

  /** Returns a factory of such handlers around those of Netty's epoll. */
  static IoHandlerFactory around(IoHandlerFactory factory) {
    return new IoHandlerFactory() {
      @Override
      public IoHandler newHandler(ThreadAwareExecutor loop) {
        return new EpollGuard(factory.newHandler(loop));
      }

      @Override
      public boolean isChangingThreadSupported() {
        return factory.isChangingThreadSupported();
      }
    };
  }

  @Override
  public void initialize() {
    original.initialize();
  }

  @Override
  public int run(IoHandlerContext context) {
    wait++;
    return original.run(context);
  }

  @Override
  public void prepareToDestroy() {
    original.prepareToDestroy();
  }

  @Override
  public void destroy() {
    original.destroy();
  }

  @Override
  public IoRegistration register(IoHandle handle) throws Exception {
    return new Registration(original.register(new Handle((EpollIoHandle) handle)));
  }

  @Override
  public void wakeup() {
    original.wakeup();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> type) {
    return original.isCompatible(type);
  }

  /** A socket that does not get the events of another one. */
  private final class Handle implements EpollIoHandle {
    private final EpollIoHandle original;
    private final int registeredAt = wait;

    Handle(EpollIoHandle original) {
      this.original = original;
    }

    @Override
    public FileDescriptor fd() {
      return original.fd();
    }

    @Override
    public void handle(IoRegistration registration, IoEvent event) {
      if (wait != registeredAt) {
        original.handle(registration, event);
      }
    }

    @Override
    public void registered() {
      original.registered();
    }

    @Override
    public void unregistered() {
      original.unregistered();
    }

    @Override
    public void close() throws Exception {
      original.close();
    }
  }

  /** A registration that lasts until it is cancelled. */
  private record Registration(IoRegistration original) implements IoRegistration {
    @Override
    public <T> T attachment() {
      return original.attachment();
    }

    @Override
    public long submit(IoOps wanted) {
      // Edge-triggered and nothing else: errors and hang-ups, which epoll always tells of, once.
      return original.submit(EpollIoOps.NONE.equals(wanted) ? EpollIoOps.EPOLLET : wanted);
    }

    @Override
    public boolean isValid() {
      return original.isValid();
    }

    @Override
    public boolean cancel() {
      return original.cancel();
    }
  }
}
