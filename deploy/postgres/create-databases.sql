-- One database a service: nobody reads another's.
create database frontrow_concert;
create database frontrow_reservation;
create database frontrow_wallet;
create database frontrow_payment;
