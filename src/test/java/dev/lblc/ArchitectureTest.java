package dev.lblc;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.lblc.scheduler.Demand;
import dev.lblc.scheduler.EditConflictException;
import dev.lblc.scheduler.Facts;
import dev.lblc.scheduler.OptionReader;
import dev.lblc.scheduler.Reason;
import dev.lblc.scheduler.SchedulerOptions;
import dev.lblc.scheduler.Server;
import dev.lblc.scheduler.ServerEdit;
import dev.lblc.scheduler.ServerSpec;
import dev.lblc.scheduler.ServerState;
import dev.lblc.scheduler.Strategy;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;

/** Who may import whom. */
@AnalyzeClasses(packages = "dev.lblc", importOptions = DoNotIncludeTests.class)
final class ArchitectureTest {
  private static final DescribedPredicate<JavaClass> OURS = resideInAPackage("dev.lblc.*..");

  /** What the public face hands out. */
  private static final DescribedPredicate<JavaClass> VOCABULARY =
      belongToAnyOf(Server.class, Reason.class, Facts.class);

  /** What the admin port shows and changes. */
  private static final DescribedPredicate<JavaClass> SERVERS = belongToAnyOf(
      Server.class,
      ServerSpec.class,
      ServerEdit.class,
      ServerState.class,
      EditConflictException.class,
      Reason.class,
      Demand.class,
      Demand.Destination.class,
      Demand.Chosen.class);

  @ArchTest
  static final ArchRule scheduler_isPureJava = classes()
      .that()
      .resideInAPackage("dev.lblc.scheduler")
      .should()
      .onlyDependOnClassesThat(
          resideInAnyPackage("dev.lblc", "dev.lblc.scheduler", "java..", "org.jspecify.."));

  @ArchTest
  static final ArchRule scheduler_startsNoThread = noClasses()
      .that()
      .resideInAPackage("dev.lblc.scheduler")
      .should()
      .dependOnClassesThat(belongToAnyOf(Thread.class).or(isExecutor()));

  @ArchTest
  static final ArchRule config_importsOnlyTheSchedulersOptionsAndServers =
      ofOurs("config", belongToAnyOf(SchedulerOptions.class, OptionReader.class, ServerSpec.class));

  @ArchTest
  static final ArchRule cluster_importsOnlyScheduler =
      ofOurs("cluster", resideInAPackage("dev.lblc.scheduler")).allowEmptyShould(true);

  @ArchTest
  static final ArchRule simulation_importsOnlyScheduler =
      ofOurs("simulation", resideInAPackage("dev.lblc.scheduler"));

  /** Applications that use the plugin need not have SLF4J. */
  @ArchTest
  static final ArchRule plugin_logsByTheJdkAlone = noClasses()
      .that()
      .resideInAnyPackage(
          "dev.lblc.scheduler..",
          "dev.lblc.simulation..",
          "dev.lblc.config..",
          "dev.lblc.discovery..",
          "dev.lblc.tls..",
          "dev.lblc.health..",
          "dev.lblc.cluster..",
          "dev.lblc.plugin..")
      .should()
      .dependOnClassesThat()
      .resideInAPackage("org.slf4j..");

  @ArchTest
  static final ArchRule tls_importsOnlyConfigAndAddresses = ofOurs(
      "tls",
      resideInAnyPackage("dev.lblc.config", "dev.lblc.discovery")
          .or(belongToAnyOf(ServerSpec.class)));

  @ArchTest
  static final ArchRule health_importsOnlyConfigAddressesTlsAndTransport = ofOurs(
      "health",
      resideInAnyPackage(
              "dev.lblc.config", "dev.lblc.discovery", "dev.lblc.tls", "dev.lblc.transport")
          .or(belongToAnyOf(ServerSpec.class, ServerState.class)));

  @ArchTest
  static final ArchRule discovery_importsOnlyConfig =
      ofOurs("discovery", resideInAPackage("dev.lblc.config").or(belongToAnyOf(ServerSpec.class)));

  @ArchTest
  static final ArchRule plugin_putsTheOthersTogether = ofOurs(
      "plugin",
      resideInAnyPackage(
          "dev.lblc.scheduler",
          "dev.lblc.config",
          "dev.lblc.cluster",
          "dev.lblc.health",
          "dev.lblc.discovery",
          "dev.lblc.tls"));

  @ArchTest
  static final ArchRule gateway_knowsOnlyTheFaceConfigAddressesAndTls = ofOurs(
      "gateway",
      resideInAnyPackage(
              "dev.lblc.plugin",
              "dev.lblc.config",
              "dev.lblc.discovery",
              "dev.lblc.tls",
              "dev.lblc.transport")
          .or(VOCABULARY));

  @ArchTest
  static final ArchRule transport_importsNothingElse =
      ofOurs("transport", DescribedPredicate.alwaysFalse());

  @ArchTest
  static final ArchRule gatewayCount_importsNothingElseOfTheGateway =
      ofGateway("dev.lblc.gateway.count");

  @ArchTest
  static final ArchRule gatewayLog_importsNothingElseOfTheGateway =
      ofGateway("dev.lblc.gateway.log");

  @ArchTest
  static final ArchRule gatewayTrace_importsNothingElseOfTheGateway =
      ofGateway("dev.lblc.gateway.trace");

  @ArchTest
  static final ArchRule gatewayRoute_importsOnlyCountAndLog =
      ofGateway("dev.lblc.gateway.route", "dev.lblc.gateway.count", "dev.lblc.gateway.log");

  @ArchTest
  static final ArchRule gatewayNet_importsOnlyTrace =
      ofGateway("dev.lblc.gateway.net", "dev.lblc.gateway.trace");

  @ArchTest
  static final ArchRule gatewayTcp_importsOnlyRouteNetCountLogAndTrace = ofGateway(
      "dev.lblc.gateway.tcp",
      "dev.lblc.gateway.trace",
      "dev.lblc.gateway.route",
      "dev.lblc.gateway.net",
      "dev.lblc.gateway.count",
      "dev.lblc.gateway.log");

  @ArchTest
  static final ArchRule gatewayHttp_importsOnlyRouteNetCountLogAndTrace = ofGateway(
      "dev.lblc.gateway.http",
      "dev.lblc.gateway.trace",
      "dev.lblc.gateway.route",
      "dev.lblc.gateway.net",
      "dev.lblc.gateway.count",
      "dev.lblc.gateway.log");

  @ArchTest
  static final ArchRule gatewayHttpVertx_importsOnlyHttpRouteAndNet = ofGateway(
      "dev.lblc.gateway.http.vertx",
      "dev.lblc.gateway.log",
      "dev.lblc.gateway.trace",
      "dev.lblc.gateway.http",
      "dev.lblc.gateway.route",
      "dev.lblc.gateway.net");

  @ArchTest
  static final ArchRule gatewayHttpLane_importsOnlyHttpRouteAndNet = ofGateway(
      "dev.lblc.gateway.http.lane",
      "dev.lblc.gateway.log",
      "dev.lblc.gateway.trace",
      "dev.lblc.gateway.http",
      "dev.lblc.gateway.route",
      "dev.lblc.gateway.net");

  @ArchTest
  static final ArchRule gatewayHttp2_importsOnlyLaneHttpRouteAndNet = ofGateway(
      "dev.lblc.gateway.http.h2",
      "dev.lblc.gateway.log",
      "dev.lblc.gateway.trace",
      "dev.lblc.gateway.http.lane",
      "dev.lblc.gateway.http",
      "dev.lblc.gateway.route",
      "dev.lblc.gateway.net");

  @ArchTest
  static final ArchRule httpPolicy_movesNoBytes = noClasses()
      .that()
      .resideInAnyPackage("dev.lblc.gateway.http", "dev.lblc.gateway.route")
      .should()
      .dependOnClassesThat(resideInAPackage("io.vertx..")
          .or(resideInAPackage("io.netty..").and(not(resideInAPackage("io.netty.util")))));

  @ArchTest
  static final ArchRule httpEngine_usesNoOtherProxy = noClasses()
      .that()
      .resideInAPackage("dev.lblc.gateway..")
      .should()
      .dependOnClassesThat(resideInAnyPackage("io.vertx.ext.web..", "io.vertx.httpproxy.."));

  @ArchTest
  static final ArchRule admin_knowsOnlyTheFaceAndConfig =
      ofOurs("admin", resideInAnyPackage("dev.lblc.plugin", "dev.lblc.config").or(SERVERS));

  @ArchTest
  static final ArchRule boot_putsAllTogetherButCli = ofOurs(
      "boot",
      resideInAnyPackage(
              "dev.lblc.admin",
              "dev.lblc.cluster",
              "dev.lblc.config",
              "dev.lblc.gateway",
              "dev.lblc.gateway.count",
              "dev.lblc.gateway.log",
              "dev.lblc.gateway.trace",
              "dev.lblc.plugin",
              "dev.lblc.transport")
          .or(belongToAnyOf(SchedulerOptions.class)));

  @ArchTest
  static final ArchRule cli_isCommandsOnly = ofOurs(
      "cli",
      resideInAnyPackage(
              "dev.lblc.boot",
              "dev.lblc.admin",
              "dev.lblc.config",
              "dev.lblc.plugin",
              "dev.lblc.simulation")
          .or(belongToAnyOf(ServerSpec.class, Strategy.Factory.class)));

  @ArchTest
  static final ArchRule strategies_areNamedOnlyWhereTheyArePutTogether = noClasses()
      .that(not(resideInAnyPackage("dev.lblc.scheduler", "dev.lblc.plugin", "dev.lblc.simulation")))
      .should()
      .dependOnClassesThat(
          com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo(Strategy.class));

  @ArchTest
  static final ArchRule nothing_importsCli = noClasses()
      .that(not(resideInAPackage("dev.lblc.cli..")))
      .should()
      .dependOnClassesThat(resideInAPackage("dev.lblc.cli.."));

  @ArchTest
  static final ArchRule hazelcast_onlyInCluster = noClasses()
      .that(not(resideInAPackage("dev.lblc.cluster..")))
      .should()
      .dependOnClassesThat(resideInAPackage("com.hazelcast.."));

  @ArchTest
  static final ArchRule vertxInternals_onlyWhereItsApiFallsShort = noClasses()
      .that()
      .doNotHaveFullyQualifiedName("dev.lblc.gateway.http.lane.VertxPipeline")
      .and()
      .doNotHaveFullyQualifiedName("dev.lblc.gateway.http.vertx.Connections")
      .and()
      .doNotHaveFullyQualifiedName("dev.lblc.gateway.http.vertx.RequestDecoder")
      .and()
      .doNotHaveFullyQualifiedName("dev.lblc.gateway.net.Loop")
      .and()
      .doNotHaveFullyQualifiedName("dev.lblc.gateway.trace.Tracing")
      .and()
      .doNotHaveFullyQualifiedName("dev.lblc.gateway.net.PortRelease")
      .and()
      .doNotHaveFullyQualifiedName("dev.lblc.cluster.Cluster")
      .and()
      .doNotHaveFullyQualifiedName("dev.lblc.health.CheckLoop")
      .and()
      .doNotHaveFullyQualifiedName("dev.lblc.transport.AcceptingTransport$EpollLoops")
      .and()
      .doNotHaveFullyQualifiedName("dev.lblc.transport.AcceptingTransport$IoUringLoops")
      .should()
      .dependOnClassesThat(resideInAnyPackage("io.vertx..impl..", "io.vertx..internal.."));

  @ArchTest
  static final ArchRule wallClockAndNanoTime_onlyWhereThingsArePutTogether = noClasses()
      .that(not(resideInAPackage("dev.lblc.boot..")))
      .and()
      .doNotHaveFullyQualifiedName("dev.lblc.plugin.VerticleInstance")
      .should()
      .callMethod(System.class, "currentTimeMillis")
      .orShould()
      .callMethod(System.class, "nanoTime")
      .orShould()
      .callMethod(java.time.Instant.class, "now")
      .orShould()
      .dependOnClassesThat(belongToAnyOf(Random.class, ThreadLocalRandom.class));

  @ArchTest
  static final ArchRule packages_haveNoCycles =
      slices().matching("dev.lblc.(*)..").should().beFreeOfCycles();

  private static ArchRule ofOurs(String name, DescribedPredicate<? super JavaClass> allowed) {
    String itself = "dev.lblc." + name + "..";
    return classes()
        .that()
        .resideInAPackage(itself)
        .should()
        .onlyDependOnClassesThat(not(OURS).or(resideInAPackage(itself)).or(allowed))
        .as(name + " imports of ours only what it may");
  }

  /** The gateway's packages form a tree: this one imports itself and those after it, nothing above. */
  private static ArchRule ofGateway(String name, String... below) {
    return classes()
        .that()
        .resideInAPackage(name)
        .should()
        .onlyDependOnClassesThat(not(resideInAPackage("dev.lblc.gateway.."))
            .or(resideInAPackage(name))
            .or(resideInAnyPackage(below)))
        .as(name + " imports of the gateway only what is below it");
  }

  private static DescribedPredicate<JavaClass> isExecutor() {
    return DescribedPredicate.describe(
        "executors", type -> type.isAssignableTo(java.util.concurrent.Executor.class));
  }
}
