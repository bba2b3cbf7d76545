package dev.breaker.spring.order;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabase;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseBuilder;
import org.springframework.jdbc.datasource.embedded.EmbeddedDatabaseType;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;

/**
 * Transactions on a database with one table.
 */
@Configuration(proxyBeanMethods = false)
@EnableTransactionManagement
class Database {

	@Bean
	CountingDataSource dataSource() {
		return new CountingDataSource(
				new EmbeddedDatabaseBuilder().generateUniqueName(true).setType(EmbeddedDatabaseType.H2).build());
	}

	@Bean
	JdbcTransactionManager transactionManager(DataSource dataSource) {
		return new JdbcTransactionManager(dataSource);
	}

	@Bean
	Orders orders(DataSource dataSource) {
		return new Orders(dataSource);
	}

	/** Counts the connections that are taken. */
	static final class CountingDataSource extends DelegatingDataSource implements DisposableBean {

		private final EmbeddedDatabase database;

		private final AtomicInteger connections = new AtomicInteger();

		CountingDataSource(EmbeddedDatabase database) {
			super(database);
			this.database = database;
		}

		@Override
		public Connection getConnection() throws SQLException {
			this.connections.incrementAndGet();
			return super.getConnection();
		}

		/** How many were taken since the last time that this was asked. */
		int taken() {
			return this.connections.getAndSet(0);
		}

		@Override
		public void destroy() {
			this.database.shutdown();
		}

	}

	/** The table. */
	static final class Orders {

		private final JdbcClient client;

		private Orders(DataSource dataSource) {
			this.client = JdbcClient.create(dataSource);
			this.client.sql("create table orders (sku varchar(100))").update();
		}

		void insert(String sku) {
			this.client.sql("insert into orders values (?)").param(sku).update();
		}

		String all() {
			return String.join(" ", this.client.sql("select sku from orders order by sku").query(String.class).list());
		}

	}

}
