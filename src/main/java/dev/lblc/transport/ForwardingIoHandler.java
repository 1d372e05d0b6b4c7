package dev.lblc.transport;

import io.netty.channel.IoHandle;
import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerContext;
import io.netty.channel.IoHandlerFactory;
import io.netty.util.concurrent.ThreadAwareExecutor;
import java.util.function.UnaryOperator;

/** What one event loop awaits of its sockets, by another handler of Netty's; only registrations are the subclass's own. */
abstract class ForwardingIoHandler implements IoHandler {
  /** Who does the work. */
  final IoHandler original;

  ForwardingIoHandler(IoHandler original) {
    this.original = original;
  }

  /** Returns what makes one for each loop, around what the other factory makes. */
  static IoHandlerFactory factory(IoHandlerFactory originals, UnaryOperator<IoHandler> around) {
    return new IoHandlerFactory() {
      @Override
      public IoHandler newHandler(ThreadAwareExecutor executor) {
        return around.apply(originals.newHandler(executor));
      }

      @Override
      public boolean isChangingThreadSupported() {
        return originals.isChangingThreadSupported();
      }
    };
  }

  @Override
  public void initialize() {
    original.initialize();
  }

  @Override
  public int run(IoHandlerContext context) {
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
  public void wakeup() {
    original.wakeup();
  }

  @Override
  public boolean isCompatible(Class<? extends IoHandle> type) {
    return original.isCompatible(type);
  }
}
