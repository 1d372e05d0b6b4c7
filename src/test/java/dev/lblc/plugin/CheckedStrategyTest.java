package dev.lblc.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.lblc.scheduler.Choice;
import dev.lblc.scheduler.Facts;
import dev.lblc.scheduler.Strategy;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class CheckedStrategyTest {
  private static final Logger LOG =
      (Logger) LoggerFactory.getLogger(CheckedStrategy.class.getName());

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5_000); // a clock may wrap
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    lines.start();
    LOG.addAppender(lines);
    LOG.setAdditive(false); // what fails on purpose would be printed
  }

  @AfterEach
  void listenNoMore() {
    LOG.detachAppender(lines);
    LOG.setAdditive(true);
  }

  @Test
  void strategyThatThrows_choosesNoServer_andIsLoggedOnceInTenSeconds() {
    Strategy strategy = checked(() -> {
      throw new IllegalStateException("no shard");
    });
    for (int i = 0; i < 20; i++) {
      assertThat(strategy.choose("/a")).isEqualTo(Choice.NONE);
      assertThat(strategy.explain("/a")).isEqualTo(Choice.NONE);
      assertThat(strategy.grounds("/a")).isEmpty();
      assertThat(strategy.chooseOther(Set.of("one"))).isEqualTo(Choice.NONE);
    }
    assertThat(lines.list).hasSize(1);
    ILoggingEvent line = lines.list.get(0);
    assertThat(line.getFormattedMessage())
        .isEqualTo(
            "strategy sharded failed: the request gets no server, or what it taught is lost; more failures within 10 s are not logged");
    assertThat(line.getThrowableProxy().getMessage()).isEqualTo("no shard");
    now.addAndGet(9_999);
    strategy.choose("/a");
    assertThat(lines.list).hasSize(1);
    now.addAndGet(1);
    strategy.choose("/a");
    assertThat(lines.list).hasSize(2);
  }

  @Test
  void strategyThatLacksAClass_choosesNoServer() {
    assertThat(checked(() -> {
              throw new NoClassDefFoundError("acme/Hash");
            })
            .choose("/a"))
        .isEqualTo(Choice.NONE);
    assertThat(lines.list).hasSize(1);
  }

  @Test
  void strategyThatThrowsAnError_choosesNoServer() {
    for (Error fault : List.of(new AssertionError("odd"), new StackOverflowError())) {
      Strategy strategy = checked(() -> {
        throw fault;
      });
      assertThat(strategy.choose("/a")).isEqualTo(Choice.NONE);
      assertThat(strategy.choose("/a", Set.of("one"))).isEqualTo(Choice.NONE);
      assertThat(strategy.choose("/a", Facts.NONE)).isEqualTo(Choice.NONE);
      assertThat(strategy.explain("/a")).isEqualTo(Choice.NONE);
      assertThat(strategy.chooseOther(Set.of("one"))).isEqualTo(Choice.NONE);
    }
    assertThat(lines.list).hasSize(2);
  }

  @Test
  void strategyThatMeetsTheEndOfMemory_isNotBlamed() {
    Error fault = new OutOfMemoryError("not really");
    assertThatThrownBy(() -> checked(() -> {
              throw fault;
            })
            .choose("/a"))
        .isSameAs(fault);
    assertThat(lines.list).isEmpty();
  }

  @Test
  void strategyThatAnswersNull_choosesNoServer() {
    assertThat(checked(() -> null).choose("/a")).isEqualTo(Choice.NONE);
    assertThat(lines.list).hasSize(1);
  }

  @Test
  void strategyThatHasNoServer_isNotLogged() {
    Strategy strategy = checked(() -> Choice.NONE);
    assertThat(strategy.choose("/a")).isEqualTo(Choice.NONE);
    assertThat(strategy.grounds("/a")).isEqualTo("It was NONE.");
    assertThat(lines.list).isEmpty();
  }

  @SuppressWarnings("NullAway") // null is what a plugin may answer
  private Strategy checked(Supplier<@Nullable Choice> answer) {
    return new CheckedStrategy(
        "sharded",
        new Strategy() {
          @Override
          public Choice choose(@Nullable String destination) {
            return answer.get();
          }

          @Override
          public Choice explain(@Nullable String destination) {
            return answer.get();
          }

          @Override
          public String grounds(@Nullable String destination) {
            return "It was " + answer.get().reason() + ".";
          }

          @Override
          public Choice chooseOther(Set<String> except) {
            return answer.get();
          }
        },
        now::get);
  }
}
