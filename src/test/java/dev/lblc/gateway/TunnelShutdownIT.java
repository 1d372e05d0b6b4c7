package dev.lblc.gateway;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lblc.gateway.TunnelScene.Asked;
import dev.lblc.gateway.TunnelScene.Opened;
import dev.lblc.gateway.TunnelScene.Versions;
import io.vertx.core.Future;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What both ends of a tunnel see of a gateway that stops. */
final class TunnelShutdownIT {
  private static final Duration DRAIN = Duration.ofSeconds(20);
  private static final String GOODBYE_TO_CLIENT = "\210\2\3\351";
  private static final String GOODBYE_TO_SERVER = "\210\202\0\0\0\0\3\351";

  private final TunnelScene scene = new TunnelScene();

  @BeforeEach
  void start() throws Exception {
    scene.plain(2);
    scene.scene.start();
  }

  @AfterEach
  void stop() throws Exception {
    scene.scene.end();
    scene.scene.stop();
  }

  @ParameterizedTest
  @EnumSource(Versions.class)
  void webSocket_isToldBehindTheFrame_andEndsWithBothAnswers(Versions versions) throws Exception {
    Opened tunnel = scene.ask(versions, "").agree("\202\5he");
    tunnel.client().expect("\202\5he");
    Future<Void> stopped = scene.scene.gateway.gateway().stop(DRAIN);
    tunnel.server().expect(GOODBYE_TO_SERVER);
    tunnel.server().send("llo" + "\202\3no!");
    tunnel.client().expect("llo" + GOODBYE_TO_CLIENT);
    tunnel.client().send("\202\200\1\1\1\1"); // dropped
    tunnel.server().send(GOODBYE_TO_CLIENT);
    tunnel.client().send(GOODBYE_TO_SERVER);
    tunnel.client().expectEnd();
    tunnel.server().expectEnd();
    stopped.await(10, SECONDS);
  }

  /** The gateway knows no way to say goodbye in it. */
  @ParameterizedTest
  @EnumSource(Versions.class)
  void otherProtocol_goesOnUntilItEnds(Versions versions) throws Exception {
    Opened tunnel = scene.ask(versions, scene.next(versions), "chat/1.0", "").agree("");
    Future<Void> stopped = scene.scene.gateway.gateway().stop(DRAIN);
    tunnel.client().send("a");
    tunnel.server().expect("a");
    assertThat(stopped.isComplete()).isFalse();
    tunnel.client().end();
    tunnel.server().expectEnd();
    tunnel.server().end();
    tunnel.client().expectEnd();
    stopped.await(10, SECONDS);
  }

  /** Nobody has told its ends yet. */
  @ParameterizedTest
  @EnumSource(Versions.class)
  void tunnel_thatBeginsWithinTheDrain_isToldAtOnce(Versions versions) throws Exception {
    Asked asked = scene.ask(versions, "");
    Future<Void> stopped = scene.scene.gateway.gateway().stop(DRAIN);
    if (versions.isFromHttp2) {
      asked.client2.awaitGoAway();
    } else {
      scene.scene.awaitRefused();
    }
    Opened tunnel = asked.agree("");
    tunnel.client().expect(GOODBYE_TO_CLIENT);
    tunnel.server().expect(GOODBYE_TO_SERVER);
    tunnel.client().send(GOODBYE_TO_SERVER);
    tunnel.server().send(GOODBYE_TO_CLIENT);
    tunnel.client().expectEnd();
    tunnel.server().expectEnd();
    stopped.await(10, SECONDS);
  }

  /** It has nothing more to say to anybody, and half a minute for that otherwise. */
  @ParameterizedTest
  @EnumSource(names = {"HTTP2_TO_HTTP1", "HTTP2_TO_HTTP2"})
  void client_whoseServerHasEnded_isNotWaitedFor(Versions versions) throws Exception {
    Opened tunnel = scene.ask(versions, "").agree("");
    tunnel.server().end();
    tunnel.client().expectEnd();
    Future<Void> stopped = scene.scene.gateway.gateway().stop(DRAIN);
    tunnel.client().expectGone();
    stopped.await(10, SECONDS);
  }
}
