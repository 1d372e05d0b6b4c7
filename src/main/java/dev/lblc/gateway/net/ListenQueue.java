package dev.lblc.gateway.net;

import dev.lblc.transport.SocketProgram;
import io.netty.channel.Channel;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections that wait to be accepted by a listening socket which is about to close.
 *
 * <p>The kernel resets them when the socket closes, and under load there always are some: their clients have sent a request by then,
 * and cannot know that nobody has read it. So the kernel is told first to drop each packet that begins a connection. Handshakes that
 * have begun end, and what they have made is accepted; then the socket can close. A client whose packet was dropped sends it again after
 * a second, and is refused like those that come later: so this must not take longer than it has to. Needs epoll or io_uring.
 */
public final class ListenQueue {
  private static final Logger LOG = LoggerFactory.getLogger(ListenQueue.class);

  private static final long LOOK_MILLIS = 2;

  /** A client that has not answered a handshake after half a second is far away, or gone. */
  private static final int MOST_LOOKS = 250;

  /** The kernel's lists of TCP connections, those that are being made among them. */
  private static final List<Path> CONNECTIONS =
      List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"));

  /** IPPROTO_TCP and TCP_INFO of the kernel. */
  private static final int TCP = 6;

  private static final int INFO = 11;

  /** Where {@code tcp_info} of a listening socket has the length of its queue ({@code tcpi_unacked}). */
  private static final int QUEUED = 24;

  /**
   * SO_ATTACH_FILTER of the kernel. A packet is looked at from its TCP header on.
   *
   * <pre>
   * ldb  [13]             the flags
   * jset #SYN, 0, 1
   * ret  #0               SYN: drop it
   * ret  #-1              else take all of it
   * </pre>
   */
  private static final SocketProgram DROP_NEW = new SocketProgram(
      26,
      new int[] {0x30, 0, 0, 13},
      new int[] {0x45, 0, 1, 0x02},
      new int[] {0x06, 0, 0, 0},
      new int[] {0x06, 0, 0, -1});

  private final Vertx vertx;
  private final Channel listening;
  private final Socket socket;
  private final Predicate<String> isHandshake;
  private final Promise<Void> emptied = Promise.promise();

  private ListenQueue(Vertx vertx, Channel listening, Socket socket) {
    this.vertx = vertx;
    this.listening = listening;
    this.socket = socket;
    // "  12: 0100007F:1F90 0100007F:C350 03 ...": local and remote address, and SYN_RECV
    this.isHandshake = Pattern.compile("^ *\\d+: [0-9A-F]+:%04X [0-9A-F]+:[0-9A-F]{4} 03 "
            .formatted(Sockets.localPort(listening)))
        .asPredicate();
  }

  /**
   * Has a listening socket take no new connections. It has to go on accepting.
   *
   * @param listening null, or one of another transport: nothing is done
   * @return completes once what had begun is accepted, or after half a second, on any thread; never fails
   */
  public static Future<Void> emptied(Vertx vertx, @Nullable Channel listening) {
    if (!(listening instanceof UnixChannel unix)
        || !(unix.fd() instanceof Socket socket)
        || !listening.isActive()) {
      return Future.succeededFuture();
    }
    try {
      DROP_NEW.attach(socket);
    } catch (IOException e) {
      LOG.debug("{}: connections that wait to be accepted will be reset", listening, e);
      return Future.succeededFuture();
    }
    ListenQueue queue = new ListenQueue(vertx, listening, socket);
    queue.look(MOST_LOOKS);
    return queue.emptied.future();
  }

  /** What a handshake has made is in the queue, so that this is asked for last. */
  private void look(int left) {
    vertx.executeBlocking(this::isAnyHandshake, false).onComplete(found -> {
      boolean isAny = found.succeeded() && found.result();
      try {
        // On the loop that accepts: by then it has handed on what it had accepted.
        listening.eventLoop().execute(() -> {
          if (left == 0 || !listening.isActive() || (!isAny && queued() == 0)) {
            emptied.complete();
          } else {
            vertx.setTimer(LOOK_MILLIS, timer -> look(left - 1));
          }
        });
      } catch (RejectedExecutionException e) {
        LOG.debug("{}: its event loop has ended", listening, e);
        emptied.complete();
      }
    });
  }

  private boolean isAnyHandshake() throws IOException {
    for (Path connections : CONNECTIONS) {
      if (Files.exists(connections)) {
        try (Stream<String> lines = Files.lines(connections)) {
          if (lines.anyMatch(isHandshake)) {
            return true;
          }
        }
      }
    }
    return false;
  }

  private int queued() {
    ByteBuffer info =
        ByteBuffer.allocateDirect(QUEUED + Integer.BYTES).order(ByteOrder.nativeOrder());
    try {
      socket.getRawOpt(TCP, INFO, info);
      return info.getInt(QUEUED);
    } catch (IOException e) {
      LOG.debug("the length of a listening socket's queue is not known", e);
      return 0;
    }
  }
}
