package dev.lblc.gateway.http.vertx;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a connection to a server is given up, and how; {@code UpstreamReuseIT} tries what servers may send. */
final class UpstreamCodecTest {
  private static final String ANSWER = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private int retirements;
  private final UpstreamCodec codec = new UpstreamCodec(() -> retirements++);
  private final EmbeddedChannel channel = new EmbeddedChannel(codec);

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  @Test
  void serverThatDoesNotRead_isRetiredWithItsAnswer() {
    request();
    ByteBuf unsent = Unpooled.copiedBuffer("unsent", StandardCharsets.US_ASCII);
    ChannelFuture written = channel.pipeline().firstContext().write(unsent);
    receive(ANSWER);
    assertThat(written.isDone()).isFalse();
    assertThat(retirements).isOne();
  }

  /** Its answer may wait for a slow client meanwhile. */
  @Test
  void serverThatFloods_behindItsAnswer_isHeldBack() {
    request();
    receive(ANSWER + "more");
    receive("and more");
    assertThat(channel.config().isAutoRead()).isFalse();
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void serverThatCloses_betweenRequests_isRetired() {
    request();
    receive(ANSWER);
    closedByServer();
    assertThat(retirements).isOne();
    assertThat(channel.isOpen()).as("closed by what delivers the answer").isTrue();
  }

  @Test
  void serverThatCloses_beforeItsAnswer_isClosedAtOnce() {
    request();
    closedByServer();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void serverThatCloses_inMidAnswer_isClosedAtOnce() {
    request();
    receive("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
    closedByServer();
    assertThat(channel.isOpen()).isFalse();
    assertThat(received()).isEqualTo("200 o");
  }

  @Test
  void serverThatCloses_afterAnAnswerWithoutLength_isRetired() {
    request();
    receive("HTTP/1.1 200 OK\r\n\r\nok");
    closedByServer();
    assertThat(received()).isEqualTo("200 ok end");
    assertThat(retirements).isOne();
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void request_onARetiredConnection_failsAndClosesIt() {
    receive("x");
    assertThat(retirements).isOne();
    assertThatThrownBy(this::request).isInstanceOf(ClosedChannelException.class);
    assertThat(channel.isOpen()).isFalse();
    assertThat(channel.outboundMessages()).isEmpty();
  }

  @Test
  void bytes_onARetiredConnection_areDiscarded() {
    request();
    receive("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + ANSWER);
    receive(ANSWER);
    assertThat(received()).isEqualTo("200 ok end");
    assertThat(retirements).isOne();
  }

  @Test
  void interimAnswers_thatVertxDoesNotKnow_areDiscarded() {
    request();
    receive("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 199 Soon\r\n\r\n");
    assertThat(received()).isEmpty();
    receive(ANSWER);
    assertThat(received()).isEqualTo("200 ok end");
    assertThat(retirements).isZero();
  }

  @Test
  void answer_thatWaitsForItsClientAtItsEnd_isTheLastOfItsConnection() {
    request();
    receive("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
    codec.answerWaits(true);
    receive("0\r\n\r\n");
    assertThat(received()).isEqualTo("200 ok end");
    assertThat(retirements).isOne();
  }

  @Test
  void answer_thatWaitedForItsClientBeforeItsEnd_leavesTheConnectionInUse() {
    request();
    receive("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n");
    codec.answerWaits(true);
    codec.answerWaits(false);
    receive("0\r\n\r\n");
    assertThat(retirements).isZero();
  }

  @Test
  void keepAlive_ofAServer_doesNotReachThePool() {
    request();
    receive("HTTP/1.1 200 OK\r\nKeep-Alive: timeout=3600\r\nContent-Length: 2\r\n\r\nok");
    HttpResponse head = channel.readInbound();
    assertThat(head.headers().names()).containsExactly("Content-Length");
  }

  @Test
  void lengths_thatDiffer_areRefusedInEveryVersion() {
    for (String version : new String[] {"HTTP/1.0", "HTTP/1.1"}) {
      EmbeddedChannel fresh = new EmbeddedChannel(new UpstreamCodec(() -> {}));
      fresh.writeOutbound(new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/"));
      fresh.writeInbound(Unpooled.copiedBuffer(
          version + " 200 OK\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nhello",
          StandardCharsets.US_ASCII));
      HttpResponse head = fresh.readInbound();
      assertThat(head.decoderResult().isFailure()).as(version).isTrue();
      fresh.finishAndReleaseAll();
    }
  }

  /** On a socket: Netty closes it at the server's end unless it is told not to. */
  @Test
  void serverThatCloses_aSocket_leavesItOpenForTheDelivery() throws Exception {
    CountDownLatch retired = new CountDownLatch(1);
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Channel socket = new Bootstrap()
          .group(loop)
          .channel(NioSocketChannel.class)
          .handler(new UpstreamCodec(retired::countDown))
          .connect(server.getLocalSocketAddress())
          .sync()
          .channel();
      server.accept().close();
      assertThat(retired.await(10, SECONDS)).isTrue();
      assertThat(socket.isOpen()).isTrue();
    } finally {
      loop.shutdownGracefully(0, 1, SECONDS).sync();
    }
  }

  private void request() {
    channel.writeOutbound(new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/"));
    channel.releaseOutbound();
  }

  private void receive(String bytes) {
    channel.writeInbound(Unpooled.copiedBuffer(bytes, StandardCharsets.ISO_8859_1));
  }

  private void closedByServer() {
    channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
  }

  private String received() {
    StringBuilder text = new StringBuilder();
    Object message;
    while ((message = channel.readInbound()) != null) {
      if (message instanceof HttpResponse head) {
        text.append(head.status().code()).append(' ');
      }
      if (message instanceof HttpContent content) {
        ByteBuf bytes = content.content();
        text.append(bytes.toString(StandardCharsets.ISO_8859_1));
      }
      if (message instanceof LastHttpContent) {
        text.append(" end");
      }
      ReferenceCountUtil.release(message);
    }
    return text.toString();
  }
}
